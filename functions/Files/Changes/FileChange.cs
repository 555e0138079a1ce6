using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What happened to a file.</summary>
public enum ChangeKind
{
    /// <summary>An upload or a copy was completed, and can be downloaded.</summary>
    Created,

    /// <summary>Its bytes were replaced, or its name or another property changed.</summary>
    Changed,

    /// <summary>It is in another folder.</summary>
    Moved,

    /// <summary>It was moved to the trash.</summary>
    Trashed,

    /// <summary>It was restored from the trash.</summary>
    Restored,

    /// <summary>It is gone for good.</summary>
    Purged,

    /// <summary>Malware was found in it: nobody can download it any more.</summary>
    Infected,

    /// <summary>It was shared, or a share was replaced.</summary>
    Shared,

    /// <summary>A share was revoked or has expired.</summary>
    Unshared,
}

/// <summary>
/// A change of a file that people see. It is numbered and written in the transaction that makes it (<see cref="SpaceQuota"/>), so
/// none is lost or there twice.
/// </summary>
/// <param name="Kind">What happened.</param>
/// <param name="FileId">The file.</param>
public sealed record FileChange(ChangeKind Kind, string FileId)
{
    /// <summary>
    /// The file after the change. Null if it is gone; null for shares too, because only the file's own transactions know its state.
    /// </summary>
    public FileRecord? File { get; init; }

    /// <summary>The share, if the change is about one.</summary>
    public string? ShareId { get; init; }

    /// <summary>With whom the file was shared, if it was with a user or a group.</summary>
    public Owner? Recipient { get; init; }

    /// <summary>What others are told of it; the number of the change is added to it.</summary>
    public IReadOnlyList<TenantEvent> Events => Kind == ChangeKind.Created && File?.Request is not null
        ? [EventOf(TypeOf(Kind)), EventOf(EventTypes.RequestReceived)] : [EventOf(TypeOf(Kind))];

    TenantEvent EventOf(string type) => new(type, ("fileId", FileId), ("shareId", ShareId), ("recipientKind", Recipient?.Kind),
        ("recipientId", Recipient?.Id), ("ownerKind", File?.Owner.Kind),
        ("ownerId", File?.Owner.Id), ("contentType", File?.ContentType), ("size", File?.Size), ("requestId", File?.Request),
        ("threat", Kind == ChangeKind.Infected ? File?.Scan?.Threat : null));

    static string TypeOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Created => EventTypes.FileCreated,
        ChangeKind.Changed => EventTypes.FileChanged,
        ChangeKind.Moved => EventTypes.FileMoved,
        ChangeKind.Trashed => EventTypes.FileTrashed,
        ChangeKind.Restored => EventTypes.FileRestored,
        ChangeKind.Purged => EventTypes.FilePurged,
        ChangeKind.Infected => EventTypes.FileInfected,
        ChangeKind.Shared => EventTypes.ShareCreated,
        _ => EventTypes.ShareRevoked,
    };

    /// <summary>The change of a share.</summary>
    public static FileChange Of(ChangeKind kind, string fileId, string shareId) => new(kind, fileId) { ShareId = shareId };

    /// <summary>What people see of a change of a record; null for nothing.</summary>
    /// <remarks>An upload that replaces a file is none that people see, but malware in it is told of.</remarks>
    public static FileChange? Between(FileRecord before, FileRecord after) => KindOf(before, after) is not { } kind ? null
        : after.Replaces is not null && kind != ChangeKind.Infected ? null
        : new(kind, after.Id) { File = kind == ChangeKind.Purged ? null : after };

    static ChangeKind? KindOf(FileRecord before, FileRecord after) => (before.Status, after.Status) switch
    {
        (FileStatus.Pending or FileStatus.Copying or FileStatus.Scanning, FileStatus.Available) => ChangeKind.Created,
        (not FileStatus.Infected, _) when after.IsInfected && !before.IsInfected => ChangeKind.Infected,
        (FileStatus.Available, FileStatus.Deleted) => ChangeKind.Trashed,
        (FileStatus.Deleted, FileStatus.Available or FileStatus.Infected) => ChangeKind.Restored,
        (not (FileStatus.Pending or FileStatus.Copying), FileStatus.Purging) => ChangeKind.Purged,
        var (one, other) when one == other && one is not (FileStatus.Pending or FileStatus.Copying) =>
            before.Folder != after.Folder ? ChangeKind.Moved
            : FileResponse.Of(before) != FileResponse.Of(after) ? ChangeKind.Changed
            : null,
        _ => null,
    };
}
