using System.Text;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>Reads a whole request body, up to a maximum size.</summary>
static class Body
{
    /// <summary>The default maximum, in bytes: more than almost any of our forms and documents needs.</summary>
    public const int MaxBytes = 64 * 1024;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body's bytes.</summary>
    /// <exception cref="Problem">413 <c>body_too_large</c>, 400 <c>truncated_body</c>.</exception>
    public static async Task<byte[]> Bytes(HttpRequest request, int maxBytes = MaxBytes)
    {
        if (request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        using var buffer = new MemoryStream();
        var chunk = new byte[8 * 1024];
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
            {
                if (buffer.Length + read > maxBytes) throw TooLarge(maxBytes);
                buffer.Write(chunk, 0, read);
            }
        }
        catch (IOException)
        {
            throw Problem.BadRequest("truncated_body", "The request body ended before its declared length.");
        }
        if (request.ContentLength is { } declared && declared != buffer.Length)
            throw Problem.BadRequest("truncated_body", "The request body ended before its declared length.");
        return buffer.ToArray();
    }

    /// <summary>
    /// The body of a request to an OAuth endpoint. A refusal has <c>error</c> beside <c>code</c>, so that OAuth libraries understand it.
    /// </summary>
    /// <exception cref="Problem">413 <c>body_too_large</c>, 400 <c>truncated_body</c>.</exception>
    public static async Task<byte[]> OAuthBytes(HttpRequest request)
    {
        try
        {
            return await Bytes(request);
        }
        catch (Problem refused)
        {
            throw new Problem(refused.Status, refused.Code, refused.Message)
            {
                Extensions = new Dictionary<string, object?> { ["error"] = "invalid_request" },
            };
        }
    }

    /// <summary>Decodes UTF-8 strictly; null if it is invalid.</summary>
    public static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>True if the request's Content-Type is this media type, with any parameters.</summary>
    public static bool Is(HttpRequest request, string mediaType) =>
        Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase);

    static Problem TooLarge(int maxBytes) => new(413, "body_too_large", $"The request body is larger than {maxBytes} bytes.");
}
