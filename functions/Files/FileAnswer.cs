using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// A file as callers see it. Size in bytes, times RFC 3339 in UTC; <c>md5</c> and <c>sha256</c> only if they were
/// declared, and then the bytes have been checked against them once the file is available.
/// </summary>
public sealed record FileAnswer(
    string Id, string Status, string Space, string Name, string Folder, string ContentType, long Size,
    string? Md5, string? Sha256, DateTime CreatedAt, DateTime? CompletedAt, DateTime? DeletedAt = null,
    DateTime? PurgeAfter = null, CopyProgress? Copy = null, string? Access = null)
{
    /// <summary>What callers see of a record.</summary>
    public static FileAnswer Of(FileRecord file) => new(
        file.Id, file.Status.ToString().ToLowerInvariant(), file.Owner.SpaceName, file.Name, file.Folder, file.ContentType,
        file.Size, file.Md5, file.Sha256, file.CreatedAt.UtcDateTime, file.CompletedAt?.UtcDateTime,
        file.DeletedAt?.UtcDateTime, file.PurgeAfter?.UtcDateTime);
}

/// <summary>
/// A page of a folder. <c>folders</c> are the names of the folders in it, on the first page only; <c>moreFolders</c> is
/// true if there are more of them than one answer holds. <c>cursor</c> leads to the next page and is absent on the last.
/// </summary>
public sealed record FilesAnswer(
    IReadOnlyList<FileAnswer> Files, string? Cursor, IReadOnlyList<string>? Folders = null, bool? MoreFolders = null);

/// <summary>A file that was begun, and the request that sends its bytes.</summary>
public sealed record BegunAnswer(string Id, string Status, UploadAnswer Upload);

/// <summary>A request to send as it is, the file's bytes as its body; the URL dies at <c>expiresAt</c>.</summary>
public sealed record UploadAnswer(string Method, string Url, IReadOnlyDictionary<string, string> Headers, DateTime ExpiresAt);

/// <summary>Where the bytes can be had without a token until <c>expiresAt</c>.</summary>
public sealed record DownloadAnswer(string Url, DateTime ExpiresAt)
{
    /// <summary>The answer with this URL.</summary>
    public static DownloadAnswer Of(SignedUrl url) => new(url.Url, url.ExpiresAt.UtcDateTime);
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
