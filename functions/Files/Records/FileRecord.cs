using Azure;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>The record of a file (SCHEMA.md, table Files). Names and folders mean nothing to storage.</summary>
public sealed partial record FileRecord
{
    /// <summary>The length of an id.</summary>
    public const int IdLength = 32;

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The id: 32 characters of base32, the space's key and 80 random bits. It never changes.</summary>
    public required string Id { get; init; }

    /// <summary>The owner of its space.</summary>
    public required Owner Owner { get; init; }

    /// <summary>The client that created it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The name (<see cref="FileName"/>). Other files in the folder may have the same name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder (<see cref="FileName.ReadFolder"/>). The root is empty.</summary>
    public required string Folder { get; init; }

    /// <summary>The media type (<see cref="MediaType"/>): at first as declared, once the file is complete as recognized.</summary>
    public required string ContentType { get; init; }

    /// <summary>The declared media type, if the bytes turned out to have another one; otherwise null.</summary>
    public string? DeclaredContentType { get; init; }

    /// <summary>The declared size in bytes, verified before the file is available.</summary>
    public required long Size { get; init; }

    /// <summary>The declared MD5 in base64 (RFC 1864), or null.</summary>
    public string? Md5 { get; init; }

    /// <summary>The declared SHA-256 in lower-case hex, or null.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The bytes of every block but the last, if the client itself uploads blocks (Put Block); otherwise null.</summary>
    public long? BlockSize { get; init; }

    /// <summary>For an upload by tus the Upload-Metadata as it was sent, or empty; otherwise null.</summary>
    public string? TusMetadata { get; init; }

    /// <summary>True if the file is uploaded in blocks. Then a snapshot is served, never the blob itself.</summary>
    public bool IsStaged => BlockSize is not null || TusMetadata is not null;

    /// <summary>
    /// The blob that holds the bytes. A URL that takes blocks can overwrite them as well, so a staged blob has a name of its own
    /// and only its <see cref="Snapshot"/> is served.
    /// </summary>
    public string BlobName => Clean is null ? UploadedBlobName : CleanBlobNameOf(Content, Clean.Source);

    /// <summary>The snapshot (its time, as storage wrote it) that was checked and is served; null for the blob itself.</summary>
    public string? Snapshot { get; init; }

    /// <summary>True if the bytes were read and have the declared MD5.</summary>
    public bool Md5Verified { get; init; }

    /// <summary>True if the bytes were read and have the declared SHA-256.</summary>
    public bool Sha256Verified { get; init; }

    /// <summary>When the content was last changed, as the client says; null if it does not.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>When a picture was taken, as the client says; null if it does not.</summary>
    public DateTimeOffset? TakenAt { get; init; }

    /// <summary>What the app keeps with the file, or null.</summary>
    public FileMetadata? Metadata { get; init; }

    /// <summary>Its tags, or null for none. They change only by a transaction of <see cref="FileStore"/>, as everything else
    /// here.</summary>
    public FileTags? Tags { get; init; }

    /// <summary>The hash of the Idempotency-Key with which it was begun (<see cref="IdempotencyKey"/>), or null.</summary>
    public string? UploadKey { get; init; }

    /// <summary>The request for files by which it was handed in (<see cref="FileRequest"/>), or null.</summary>
    public string? Request { get; init; }

    /// <summary>Who handed it in, as they say; null without a request.</summary>
    public Sender? Sender { get; init; }

    /// <summary>When the upload or copy began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The state.</summary>
    public FileStatus Status { get; init; }

    /// <summary>When its upload or copy was complete.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The file of which this is a copy, or null.</summary>
    public string? CopyOf { get; init; }

    /// <summary>When it was moved to the trash, while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>When it is purged from the trash.</summary>
    public DateTimeOffset? PurgeAfter { get; init; }

    /// <summary>The job that moved it to the trash with its folder (<see cref="FolderJob"/>), while it is there; otherwise null.</summary>
    public string? DeletedWith { get; init; }

    /// <summary>When the integrity check found its bytes missing; null while they are not known to be missing.</summary>
    public DateTimeOffset? MissingSince { get; init; }

    /// <summary>True if its folder lists it.</summary>
    public bool IsListed => Replaces is null && HasArrived;

    /// <summary>True if its upload or copy is complete, and it is not in the trash.</summary>
    public bool HasArrived => Status is FileStatus.Scanning or FileStatus.Available or FileStatus.Infected;

    /// <summary>The renditions of a picture, or why there are none; null if nobody has tried yet.</summary>
    public RenditionSet? Renditions { get; init; }

    /// <summary>
    /// The keys of the rows that list it, while it is listed. They are stored and not computed again, because .NET's rules for
    /// upper case may change from one version to the next.
    /// </summary>
    public IReadOnlyList<string> ListKeys { get; init; } = [];

    /// <summary>
    /// What says that the file is in all indexes of its space (<see cref="SearchIndex"/>). A version of the service that does not know them
    /// writes none, and where the space is another by now (<see cref="Usage.Incarnation"/>), it counts no more.
    /// </summary>
    public string? Indexed { get; init; }

    /// <summary>The row's ETag, on which every change of state is conditional.</summary>
    public ETag ETag { get; init; }

    /// <summary>The key of its space (<see cref="Owner.SpaceKey"/>).</summary>
    public string Space => Id[..16];

    /// <summary>True if the text has the form of a file's id.</summary>
    public static bool IsId(string text) => Ids.IsBase32(text, IdLength);

    /// <summary>The name of the blob of a file with this id.</summary>
    public static string BlobNameOf(string id, bool staged) => staged ? id + ".staging" : id;

    /// <summary>The id of a new file in an owner's space.</summary>
    public static string NewId(string tenant, Owner owner) => owner.SpaceKey(tenant) + Ids.NewBase32();

    /// <summary>Pending or Copying → Available, or Scanning if <paramref name="scan"/>.</summary>
    public FileRecord Complete(DateTimeOffset now, bool scan) => Status is FileStatus.Pending or FileStatus.Copying
        ? this with
        {
            Status = scan ? FileStatus.Scanning : FileStatus.Available,
            CompletedAt = now,
            ListKeys = Replaces is null ? KeysOfLists() : [],
        }
        : throw IllegalMove(FileStatus.Available);

    /// <summary>Available → Deleted, to be purged after <paramref name="keep"/>.</summary>
    public FileRecord Delete(DateTimeOffset now, TimeSpan keep) => Status == FileStatus.Available
        ? this with { Status = FileStatus.Deleted, DeletedAt = now, PurgeAfter = now + keep, ListKeys = [RowKeys.Trashed(now, Id)] }
        : throw IllegalMove(FileStatus.Deleted);

    /// <summary>Deleted → Available, or Infected, in its former folder.</summary>
    public FileRecord Restore() => Status == FileStatus.Deleted
        ? this with
        {
            Status = IsInfected ? FileStatus.Infected : FileStatus.Available,
            DeletedAt = null,
            PurgeAfter = null,
            DeletedWith = null,
            ListKeys = KeysOfLists(),
        }
        : throw IllegalMove(FileStatus.Available);

    /// <summary>Any other state → Purging.</summary>
    public FileRecord Purge() => Status != FileStatus.Purging
        ? this with { Status = FileStatus.Purging, ListKeys = [] }
        : throw IllegalMove(FileStatus.Purging);

    /// <summary>The same file, listed by the name, folder and times that it has now.</summary>
    public FileRecord Relist() => IsListed ? this with { ListKeys = KeysOfLists() } : this;

    List<string> KeysOfLists() =>
    [
        RowKeys.ListedByName(Folder, Name, Id), RowKeys.ListedByTime(Folder, CreatedAt, Id),
        .. TakenAt is { } taken ? [RowKeys.ListedByTaken(Folder, taken, Id)] : Array.Empty<string>(),
        .. Request is { } request ? [RowKeys.ListedByRequest(request, CreatedAt, Id)] : Array.Empty<string>(),
    ];

    InvalidOperationException IllegalMove(FileStatus next) => new($"A file that is {Status} can't become {next}.");
}
