using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// A file as callers see it. The size is in bytes, times are RFC 3339 in UTC. <c>md5</c> and <c>sha256</c> are there if they were
/// declared. Once the file is available, <c>…Verified</c> says whether the bytes were read and have that hash.
/// <c>declaredContentType</c> is there if the bytes turned out to have another type, which is then <c>contentType</c>.
/// </summary>
public sealed record FileResponse(string Id, string Status, string Space, string Name, string Folder, string ContentType, long Size)
{
    /// <summary>The declared MD5.</summary>
    public string? Md5 { get; init; }

    /// <summary>Whether the bytes have it.</summary>
    public bool? Md5Verified { get; init; }

    /// <summary>The declared SHA-256.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether the bytes have it.</summary>
    public bool? Sha256Verified { get; init; }

    /// <summary>When the content was last changed, as the client says.</summary>
    public DateTime? ModifiedAt { get; init; }

    /// <summary>When it was taken, as the client says.</summary>
    public DateTime? TakenAt { get; init; }

    /// <summary>What the app keeps with it.</summary>
    public FileMetadata? Metadata { get; init; }

    /// <summary>Its tags.</summary>
    public FileTags? Tags { get; init; }

    /// <summary>When the upload or copy began.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When the upload or copy was complete.</summary>
    public DateTime? CompletedAt { get; init; }

    /// <summary>When it was moved to the trash.</summary>
    public DateTime? DeletedAt { get; init; }

    /// <summary>When it is purged from the trash.</summary>
    public DateTime? PurgeAfter { get; init; }

    /// <summary>The progress of a copy.</summary>
    public CopyProgress? Copy { get; init; }

    /// <summary>The access that a share gives, in the list of what is shared with the caller.</summary>
    public string? Access { get; init; }

    /// <summary>The declared type, if it is not the file's.</summary>
    public string? DeclaredContentType { get; init; }

    /// <summary>Of a picture: whether there are thumbnails.</summary>
    public ThumbnailResponse? Thumbnail { get; init; }

    /// <summary>True if the place was erased from a picture. The hashes are of what is served, not of what was uploaded.</summary>
    public bool? LocationRemoved { get; init; }

    /// <summary>The entity tag of its bytes, for If-Match.</summary>
    public required string Etag { get; init; }

    /// <summary>The number of its version.</summary>
    public required int Version { get; init; }

    /// <summary>Of an upload: the file whose bytes it replaces.</summary>
    public string? Replaces { get; init; }

    /// <summary>What is known of malware in it.</summary>
    public ScanResponse? Scan { get; init; }

    /// <summary>The request for files by which it was handed in.</summary>
    public string? Request { get; init; }

    /// <summary>Who handed it in, as they say.</summary>
    public Sender? Sender { get; init; }

    /// <summary>The response for a record and a caller. Whom a file is shared with does not learn who handed it in.</summary>
    public static FileResponse Of(FileRecord file, AccessToken token) => file.Owner.SpaceNameFor(token) switch
    {
        Owner.Shared => Of(file) with { Space = Owner.Shared, Request = null, Sender = null },
        var space => Of(file) with { Space = space },
    };

    /// <summary>The response for a record.</summary>
    public static FileResponse Of(FileRecord file) => new(
        file.Id, file.Status.ToString().ToLowerInvariant(), file.Owner.SpaceName, file.Name, file.Folder, file.ContentType, file.Size)
    {
        Md5 = file.ServedMd5,
        Md5Verified = IfChecked(file, file.ServedMd5, file.Md5Verified || file.Clean is not null),
        Sha256 = file.ServedSha256,
        Sha256Verified = IfChecked(file, file.ServedSha256, file.Sha256Verified || file.Clean is not null),
        LocationRemoved = file.Clean is null ? null : true,
        ModifiedAt = file.ModifiedAt?.UtcDateTime,
        TakenAt = file.TakenAt?.UtcDateTime,
        Metadata = file.Metadata,
        Tags = file.Tags,
        Request = file.Request,
        Sender = file.Sender,
        CreatedAt = file.CreatedAt.UtcDateTime,
        CompletedAt = file.CompletedAt?.UtcDateTime,
        DeletedAt = file.DeletedAt?.UtcDateTime,
        PurgeAfter = file.PurgeAfter?.UtcDateTime,
        DeclaredContentType = file.DeclaredContentType,
        Thumbnail = ThumbnailResponse.Of(file),
        Etag = file.EntityTag,
        Version = file.Version,
        Replaces = file.Replaces,
        Scan = ScanResponse.Of(file),
    };

    static bool? IfChecked(FileRecord file, string? declared, bool verified) =>
        declared is null || file.CompletedAt is null ? null : verified;
}

/// <summary>
/// The thumbnails of a picture. <c>state</c> is <c>pending</c>, <c>ready</c>, with the <c>sizes</c> that there are, or <c>none</c>, with
/// the <c>reason</c>.
/// </summary>
public sealed record ThumbnailResponse(string State, IReadOnlyList<int>? Sizes = null, string? Reason = null)
{
    /// <summary>The response for a record; null if the file is not available or no picture.</summary>
    public static ThumbnailResponse? Of(FileRecord file) => Of(file, () => PictureReader.Missing is null);

    internal static ThumbnailResponse? Of(FileRecord file, Func<bool> canMake) => file switch
    {
        not { Status: FileStatus.Available } => null,
        { Renditions: { Refusal: { } reason } } => new("none", Reason: reason),
        { Renditions: { } made } => new("ready", made.Sizes),
        _ => !Thumbnails.Has(file.ContentType) ? null
            : canMake() ? new("pending") : new("none", Reason: NoRenditionException.NotAvailable),
    };
}

/// <summary>
/// A page of a folder. <c>folders</c> are the names of the folders in it, on the first page only. <c>moreFolders</c> is true if there
/// are more than one response holds. <c>cursor</c> leads to the next page and is absent on the last one.
/// </summary>
public sealed record FilesResponse(
    IReadOnlyList<FileResponse> Files, string? Cursor, IReadOnlyList<string>? Folders = null, bool? MoreFolders = null);

/// <summary>A new file, and the request that uploads its bytes.</summary>
public sealed record BeginUploadResponse(string Id, string Status, UploadResponse Upload);

/// <summary>
/// A request to send as it is, with the file's bytes as its body. The URL expires at <c>expiresAt</c>. If there is a <c>blockSize</c>
/// (in bytes), the file is sent in blocks of this size, and <c>&amp;comp=block&amp;blockid=…</c> is appended to the URL of each.
/// </summary>
public sealed record UploadResponse(
    string Method, string Url, IReadOnlyDictionary<string, string> Headers, DateTime ExpiresAt, long? BlockSize)
{
    /// <summary>The request that uploads this file, or a block of it, to the URL.</summary>
    public static UploadResponse Of(FileRecord file, SignedUrl url) =>
        new("PUT", url.Url, HeadersFor(file), url.ExpiresAt.UtcDateTime, file.BlockSize);

    static Dictionary<string, string> HeadersFor(FileRecord file)
    {
        // A block has no type, but plugins send raw bytes only with a Content-Type.
        if (file.BlockSize is not null) return new() { ["Content-Type"] = "application/octet-stream" };
        // With its final headers a blob need not be written again once it is checked.
        var headers = new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob", ["Content-Type"] = file.ContentType };
        headers["x-ms-blob-content-disposition"] = ContentDisposition.Attachment;
        // Storage verifies Content-MD5 (Put Blob), so a body that was damaged in transit is refused at once.
        if (file.Md5 is not null) headers["Content-MD5"] = file.Md5;
        return headers;
    }
}

/// <summary>The progress of an upload. Fields that don't apply are absent.</summary>
/// <param name="Id">The file's id.</param>
/// <param name="Status"><c>available</c>: nothing is left to do; <c>deleted</c>: it is in the trash.</param>
public sealed record UploadProgressResponse(string Id, string Status)
{
    /// <summary>The request that continues; absent once one PUT has sent everything and complete is next.</summary>
    public UploadResponse? Upload { get; init; }

    /// <summary>The bytes that have arrived.</summary>
    public long? ReceivedBytes { get; init; }

    /// <summary>The number of blocks of the file.</summary>
    public long? BlockCount { get; init; }

    /// <summary>The numbers of the blocks that have arrived whole, as ranges: the first and the last.</summary>
    public IReadOnlyList<long[]>? Received { get; init; }

    /// <summary>For how many days after the last block storage keeps blocks that were not completed.</summary>
    public int? BlocksKeptDays { get; init; }

    /// <summary>Until when the upload accepts bytes.</summary>
    public DateTime? Deadline { get; init; }
}
