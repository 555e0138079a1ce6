using Latchkey.Http;

namespace Latchkey.Files;

// The versions of a file. Each is the bytes of one upload, which has a blob of its own; the first one is the file's own.
public sealed partial record FileRecord
{
    /// <summary>The upload whose bytes the file has, if they are not the first ones any more; otherwise null.</summary>
    public string? ContentId { get; init; }

    /// <summary>The upload whose bytes the file has. It is the id of the version, and its blob's name begins with it.</summary>
    public string Content => ContentId ?? Id;

    /// <summary>The number of the version: 1, and one more each time the bytes are replaced.</summary>
    public int Version { get; init; } = 1;

    /// <summary>When the bytes became the file's, if they are not the first ones any more; otherwise null.</summary>
    public DateTimeOffset? VersionAt { get; init; }

    /// <summary>Who uploaded the bytes; null if nobody wrote that down yet.</summary>
    public Owner? UploadedBy { get; init; }

    /// <summary>Of a copy: the version of the other file that it is a copy of; otherwise null.</summary>
    public string? CopyOfContent { get; init; }

    /// <summary>Of an upload: the file whose bytes it replaces; otherwise null.</summary>
    public string? Replaces { get; init; }

    /// <summary>Of such an upload: the version that it may replace; null for any.</summary>
    public string? ReplacesOnly { get; init; }

    /// <summary>Of such an upload: true if it becomes a file beside the other one, should that have another version by then.</summary>
    public bool BecomesCopy { get; init; }

    /// <summary>True if the bytes are of somebody with whom only the file was shared.</summary>
    public bool ByShare { get; init; }

    /// <summary>Of a former version: true if somebody with only a share has replaced it, whose bytes it is not.</summary>
    public bool Guarded { get; init; }

    /// <summary>The entity tag of the bytes (RFC 9110 §8.8.3): the version's id.</summary>
    public string EntityTag => $"\"{Content}\"";

    /// <summary>Who makes a change that others are told of as <c>file.changed</c>; null: the service. It is not stored.</summary>
    public Owner? ChangedBy { get; init; }

    /// <summary>Why an upload that was just checked is Pending again, if there was no room for it. It is not stored.</summary>
    public Problem? NoRoom { get; init; }

    /// <summary>Pending or Scanning → Version: the upload's bytes are the other file's from now on.</summary>
    public FileRecord BecomeVersion() => Status is FileStatus.Pending or FileStatus.Scanning && Replaces is not null
        ? this with { Status = FileStatus.Version } : throw IllegalMove(FileStatus.Version);

    /// <summary>The file with the bytes of another version, which is a new version of it.</summary>
    /// <param name="content">The bytes: an upload that was checked, or a former version.</param>
    /// <param name="who">Who makes the new version.</param>
    /// <param name="now">The time.</param>
    public FileRecord With(FileRecord content, Owner? who, DateTimeOffset now) => (this with
    {
        ContentId = content.Content == Id ? null : content.Content,
        Version = Version + 1,
        VersionAt = now,
        UploadedBy = who,
        ChangedBy = who,
        ByShare = content.ByShare,
        ContentType = content.ContentType,
        DeclaredContentType = content.DeclaredContentType,
        Size = content.Size,
        Md5 = content.Md5,
        Md5Verified = content.Md5Verified,
        Sha256 = content.Sha256,
        Sha256Verified = content.Sha256Verified,
        BlockSize = content.BlockSize,
        TusMetadata = content.TusMetadata,
        Snapshot = content.Snapshot,
        Clean = content.Clean,
        ModifiedAt = content.ModifiedAt,
        TakenAt = content.TakenAt,
        Metadata = content.Metadata ?? Metadata,
        Tags = content.Tags ?? Tags,
        Renditions = content.Renditions,
        MissingSince = null,
        Scan = content.Scan,
    }).Relist();

    /// <summary>
    /// What the file was, as one of its former versions: as if it had been moved to the trash, to be purged after <paramref name="keep"/>.
    /// </summary>
    public FileRecord Retire(DateTimeOffset now, TimeSpan keep) => this with
    {
        Status = FileStatus.Deleted,
        DeletedAt = now,
        PurgeAfter = now + keep,
        TusMetadata = TusMetadata is null ? null : "", // Only says that a snapshot is served.
        Metadata = null,
        Tags = null,
        UploadKey = null,
        ListKeys = [],
    };
}
