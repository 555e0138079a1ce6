using Azure;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Where a file is in its life: begun or copied, there, in the trash and perhaps back, gone.</summary>
public enum FileStatus
{
    /// <summary>Begun; the bytes may or may not be there, nobody has checked them.</summary>
    Pending,

    /// <summary>Storage copies the bytes of another file (<see cref="FileRecord.CopyOf"/>).</summary>
    Copying,

    /// <summary>Checked, listed, can be downloaded. Its bytes never change again.</summary>
    Available,

    /// <summary>In the trash, from where it comes back or goes for good (<see cref="FileRecord.PurgeAfter"/>).</summary>
    Deleted,

    /// <summary>Gone for everybody; what is left in storage is being removed.</summary>
    Purging,
}

/// <summary>What is known of a file (SCHEMA.md, table Files). Names and folders mean nothing to storage.</summary>
public sealed record FileRecord
{
    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>32 characters of base32: the space's key, then 80 random bits. It never changes.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Owner Owner { get; init; }

    /// <summary>The client that it came from.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Its name (<see cref="FileName"/>); others in the folder may have the same.</summary>
    public required string Name { get; init; }

    /// <summary>Its folder (<see cref="FileName.ReadFolder"/>); the root is empty.</summary>
    public required string Folder { get; init; }

    /// <summary>Its media type (<see cref="MediaType"/>): as declared, and from complete on what its bytes turned out to be.</summary>
    public required string ContentType { get; init; }

    /// <summary>The media type that was declared, if the bytes turned out to be of another; otherwise null.</summary>
    public string? DeclaredContentType { get; init; }

    /// <summary>Its size in bytes, as declared; checked before it is available.</summary>
    public required long Size { get; init; }

    /// <summary>Base64 MD5 (RFC 1864) if it was declared.</summary>
    public string? Md5 { get; init; }

    /// <summary>Lower-case hex SHA-256 if it was declared.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Bytes of every block but the last, if the client sends blocks (Put Block) itself; null otherwise.</summary>
    public long? BlockSize { get; init; }

    /// <summary>If the bytes come by tus: its Upload-Metadata as it was sent, or empty. Null otherwise.</summary>
    public string? TusMetadata { get; init; }

    /// <summary>True if the bytes come in blocks: what is served is then a snapshot, never the blob itself.</summary>
    public bool IsStaged => BlockSize is not null || TusMetadata is not null;

    /// <summary>
    /// The blob that holds the bytes. A key that takes blocks can overwrite them as well, so such a blob has a name of
    /// its own, and nobody serves from it but its <see cref="Snapshot"/>.
    /// </summary>
    public string BlobName => BlobNameOf(Id, IsStaged);

    /// <summary>The blob's snapshot (its time, as storage wrote it) that was checked and is served; null: the blob itself.</summary>
    public string? Snapshot { get; init; }

    /// <summary>True if the bytes were read and have the declared MD5; false if it is only declared.</summary>
    public bool Md5Verified { get; init; }

    /// <summary>True if the bytes were read and have the declared SHA-256; false if it is only declared.</summary>
    public bool Sha256Verified { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where it is in its life.</summary>
    public FileStatus Status { get; init; }

    /// <summary>When it became available.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The file that this one is a copy of, or null.</summary>
    public string? CopyOf { get; init; }

    /// <summary>When it was put into the trash, while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>When it leaves the trash for good.</summary>
    public DateTimeOffset? PurgeAfter { get; init; }

    /// <summary>When the check found that its bytes are not there, or null: they are, as far as anybody knows.</summary>
    public DateTimeOffset? MissingSince { get; init; }

    /// <summary>
    /// The keys of the rows that list it, while some do. They are kept and not computed again, because what .NET takes
    /// for upper case may differ from one version to the next.
    /// </summary>
    public IReadOnlyList<string> ListKeys { get; init; } = [];

    /// <summary>The row's ETag, on which every move depends.</summary>
    public ETag ETag { get; init; }

    /// <summary>The space that it lies in (<see cref="Owner.SpaceKey"/>).</summary>
    public string Space => Id[..16];

    /// <summary>True if the text may be a file's id.</summary>
    public static bool IsId(string text) => Ids.IsBase32(text, 32);

    /// <summary>The blob that a file with this id has.</summary>
    public static string BlobNameOf(string id, bool staged) => staged ? id + ".staging" : id;

    /// <summary>The id of a new file in an owner's space.</summary>
    public static string NewId(string tenant, Owner owner) => owner.SpaceKey(tenant) + Ids.NewBase32();

    /// <summary>Pending or Copying → Available.</summary>
    public FileRecord Complete(DateTimeOffset now) => Status is FileStatus.Pending or FileStatus.Copying
        ? this with { Status = FileStatus.Available, CompletedAt = now, ListKeys = ListKeysFor(Folder, Name) }
        : throw IllegalMove(FileStatus.Available);

    /// <summary>Available → Deleted, for so long.</summary>
    public FileRecord Delete(DateTimeOffset now, TimeSpan keep) => Status == FileStatus.Available
        ? this with { Status = FileStatus.Deleted, DeletedAt = now, PurgeAfter = now + keep, ListKeys = [RowKeys.Trashed(now, Id)] }
        : throw IllegalMove(FileStatus.Deleted);

    /// <summary>Deleted → Available, where it was before.</summary>
    public FileRecord Restore() => Status == FileStatus.Deleted
        ? this with { Status = FileStatus.Available, DeletedAt = null, PurgeAfter = null, ListKeys = ListKeysFor(Folder, Name) }
        : throw IllegalMove(FileStatus.Available);

    /// <summary>Whatever → Purging.</summary>
    public FileRecord Purge() => Status != FileStatus.Purging
        ? this with { Status = FileStatus.Purging, ListKeys = [] }
        : throw IllegalMove(FileStatus.Purging);

    /// <summary>The same file under another name or in another folder.</summary>
    public FileRecord Rename(string name, string folder) =>
        this with { Name = name, Folder = folder, ListKeys = Status == FileStatus.Available ? ListKeysFor(folder, name) : ListKeys };

    List<string> ListKeysFor(string folder, string name) =>
        [RowKeys.ListedByName(folder, name, Id), RowKeys.ListedByTime(folder, CreatedAt, Id)];

    InvalidOperationException IllegalMove(FileStatus next) => new($"A file that is {Status} can't become {next}.");
}
