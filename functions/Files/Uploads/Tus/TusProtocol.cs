using System.Globalization;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Latchkey.Files;

/// <summary>The headers of the tus protocol 1.0.x (tus.io) that both of its endpoints use.</summary>
static class TusProtocol
{
    /// <summary>The only supported version.</summary>
    public const string Version = "1.0.0";

    /// <summary>The media type of a piece.</summary>
    public const string PieceType = "application/offset+octet-stream";

    /// <summary>
    /// The most bytes of a piece with a Content-Length. The Functions host reads such a body whole, into about six times as much
    /// memory, before the token is checked.
    /// </summary>
    public const long MaxPieceBytes = 8 << 20;

    /// <summary>
    /// The most bytes of a piece with chunked transfer, which is received as it streams: the limit of the Functions host
    /// (<c>FUNCTIONS_REQUEST_BODY_SIZE_LIMIT</c>, as infra sets it), including the framing of the chunks.
    /// </summary>
    public const long MaxStreamedBytes = 32 << 20;

    // Each piece is split into blocks of its own, so the 50,000 blocks of a file have to suffice for pieces of any size.
    const long MaxBytes = 64L << 30;

    /// <summary>The largest file that can be uploaded by tus, in bytes.</summary>
    public static long MaxSize(Settings settings) => Math.Min(settings.MaxFileBytes, MaxBytes);

    /// <summary>Sets the headers of every response, and for OPTIONS those that list what is supported.</summary>
    public static void SetHeaders(HttpRequest request, Settings settings)
    {
        var headers = request.HttpContext.Response.Headers;
        headers["Tus-Resumable"] = Version;
        if (!HttpMethods.IsOptions(request.Method)) return;
        headers["Tus-Version"] = Version;
        headers["Tus-Extension"] = "creation,creation-with-upload,expiration,checksum,termination";
        headers["Tus-Max-Size"] = MaxSize(settings).ToString(CultureInfo.InvariantCulture);
        headers["Tus-Checksum-Algorithm"] = string.Join(',', TusChecksum.Algorithms);
    }

    /// <summary>Refuses a request of another version.</summary>
    /// <exception cref="Problem">412 <c>unsupported_tus_version</c>.</exception>
    public static void CheckVersion(HttpRequest request)
    {
        if (request.Headers["Tus-Resumable"] == Version) return;
        request.HttpContext.Response.Headers["Tus-Version"] = Version;
        throw new Problem(412, "unsupported_tus_version", $"Tus-Resumable must be {Version}.");
    }

    /// <summary>The effective method. Clients that can't send PATCH or DELETE send POST and name the method in a header.</summary>
    public static string EffectiveMethod(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) // HEAD is a safe method and must not become a DELETE.
        && request.Headers["X-HTTP-Method-Override"].ToString() is { Length: > 0 } meant ? meant.ToUpperInvariant() : request.Method;

    /// <summary>Reads a header that holds a number of bytes.</summary>
    /// <exception cref="Problem">400 <c>invalid_header</c>.</exception>
    public static long ReadBytes(HttpRequest request, string header) =>
        long.TryParse(request.Headers[header].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? bytes : throw Problem.BadRequest("invalid_header", $"{header} must be a number of bytes.");

    /// <summary>Checks a piece's headers and sets the limit for its body, before its first byte is read.</summary>
    /// <exception cref="Problem">413 <c>body_too_large</c>, 415 <c>unsupported_media_type</c>.</exception>
    public static void AllowBody(HttpRequest request)
    {
        if (!Body.Is(request, PieceType)) throw new Problem(415, "unsupported_media_type", $"The body must be {PieceType}.");
        if (request.ContentLength > MaxPieceBytes)
            throw new Problem(413, "body_too_large", $"A piece can have {MaxPieceBytes} bytes at most. Set the client's chunkSize.");
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxStreamedBytes;
    }

    /// <summary>Sets the headers for the offset and, while the upload is pending, its deadline (RFC 9110 §5.6.7).</summary>
    public static void SetOffset(HttpResponse response, FileRecord file, long offset)
    {
        response.Headers["Upload-Offset"] = offset.ToString(CultureInfo.InvariantCulture);
        if (file.Status == FileStatus.Pending) response.Headers["Upload-Expires"] = Expires(file);
    }

    /// <summary>The value of Upload-Expires.</summary>
    public static string Expires(FileRecord file) => UploadDeadline.Of(file).ToString("R", CultureInfo.InvariantCulture);
}
