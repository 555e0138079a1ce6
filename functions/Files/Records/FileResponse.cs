using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// A file as callers see it. Size in bytes, times RFC 3339 in UTC; <c>md5</c> and <c>sha256</c> only if they were
/// declared, and once the file is available <c>…Verified</c> says whether the bytes were read and have it;
/// <c>declaredContentType</c> only if the bytes turned out to be of another type, which is then <c>contentType</c>.
/// </summary>
public sealed record FileResponse(
    string Id, string Status, string Space, string Name, string Folder, string ContentType, long Size,
    string? Md5, bool? Md5Verified, string? Sha256, bool? Sha256Verified, DateTime CreatedAt, DateTime? CompletedAt,
    DateTime? DeletedAt = null, DateTime? PurgeAfter = null, CopyProgress? Copy = null, string? Access = null,
    string? DeclaredContentType = null)
{
    /// <summary>What callers see of a record.</summary>
    public static FileResponse Of(FileRecord file) => new(
        file.Id, file.Status.ToString().ToLowerInvariant(), file.Owner.SpaceName, file.Name, file.Folder, file.ContentType,
        file.Size, file.Md5, IfChecked(file, file.Md5, file.Md5Verified),
        file.Sha256, IfChecked(file, file.Sha256, file.Sha256Verified),
        file.CreatedAt.UtcDateTime, file.CompletedAt?.UtcDateTime,
        file.DeletedAt?.UtcDateTime, file.PurgeAfter?.UtcDateTime)
    {
        DeclaredContentType = file.DeclaredContentType,
    };

    static bool? IfChecked(FileRecord file, string? declared, bool verified) =>
        declared is null || file.CompletedAt is null ? null : verified;
}

/// <summary>
/// A page of a folder. <c>folders</c> are the names of the folders in it, on the first page only; <c>moreFolders</c> is
/// true if there are more of them than one answer holds. <c>cursor</c> leads to the next page and is absent on the last.
/// </summary>
public sealed record FilesResponse(
    IReadOnlyList<FileResponse> Files, string? Cursor, IReadOnlyList<string>? Folders = null, bool? MoreFolders = null);

/// <summary>A file that was begun, and the request that sends its bytes.</summary>
public sealed record BeginUploadResponse(string Id, string Status, UploadResponse Upload);

/// <summary>
/// A request to send as it is, the file's bytes as its body; the URL dies at <c>expiresAt</c>. With a <c>blockSize</c>
/// (bytes) the file is sent in blocks of so many: <c>&amp;comp=block&amp;blockid=…</c> goes behind the URL of each.
/// </summary>
public sealed record UploadResponse(
    string Method, string Url, IReadOnlyDictionary<string, string> Headers, DateTime ExpiresAt, long? BlockSize)
{
    /// <summary>The request that sends this file's bytes, or one block of them, to the URL.</summary>
    public static UploadResponse Of(FileRecord file, SignedUrl url) =>
        new("PUT", url.Url, HeadersFor(file), url.ExpiresAt.UtcDateTime, file.BlockSize);

    static Dictionary<string, string> HeadersFor(FileRecord file)
    {
        // A block has no type; plugins send raw bytes only with a Content-Type.
        if (file.BlockSize is not null) return new() { ["Content-Type"] = "application/octet-stream" };
        var headers = new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob", ["Content-Type"] = file.ContentType };
        // Storage checks Content-MD5 on arrival (Put Blob), so that a body damaged on the way is refused there already.
        if (file.Md5 is not null) headers["Content-MD5"] = file.Md5;
        return headers;
    }
}

/// <summary>How far an upload is. What does not apply is absent.</summary>
/// <param name="Id">The file.</param>
/// <param name="Status"><c>available</c>: nothing is left to do.</param>
public sealed record UploadProgressResponse(string Id, string Status)
{
    /// <summary>The request that goes on; absent once everything has arrived with one PUT and complete is next.</summary>
    public UploadResponse? Upload { get; init; }

    /// <summary>How many bytes of the file have arrived.</summary>
    public long? ReceivedBytes { get; init; }

    /// <summary>How many blocks the file has.</summary>
    public long? BlockCount { get; init; }

    /// <summary>The numbers of the blocks that have arrived whole, as ranges of first and last.</summary>
    public IReadOnlyList<long[]>? Received { get; init; }

    /// <summary>For how many days after the last of them storage keeps blocks that no complete has used.</summary>
    public int? BlocksKeptDays { get; init; }

    /// <summary>Until when the upload is taken.</summary>
    public DateTime? Deadline { get; init; }
}

/// <summary>Where the bytes can be had without a token until <c>expiresAt</c>.</summary>
public sealed record DownloadResponse(string Url, DateTime ExpiresAt)
{
    /// <summary>The answer with this URL.</summary>
    public static DownloadResponse Of(SignedUrl url) => new(url.Url, url.ExpiresAt.UtcDateTime);
}

/// <summary>How the answers of the file endpoints are written.</summary>
static class FileJson
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static IResult Ok<T>(T answer) => Results.Json(answer, Options);

    public static IResult Accepted<T>(HttpRequest request, string location, T answer)
    {
        request.HttpContext.Response.Headers.Location = location;
        return Results.Json(answer, Options, statusCode: 202);
    }

    public static IResult Created<T>(HttpRequest request, string location, T answer)
    {
        request.HttpContext.Response.Headers.Location = location;
        return Results.Json(answer, Options, statusCode: 201);
    }
}
