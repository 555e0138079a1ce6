using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What happened to a file, or to a folder that somebody has made.</summary>
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

    /// <summary>Somebody has made a folder.</summary>
    FolderCreated,

    /// <summary>A folder that somebody had made has another path.</summary>
    FolderMoved,

    /// <summary>A folder that somebody had made is in the trash.</summary>
    FolderTrashed,

    /// <summary>A folder that somebody had made was restored from the trash.</summary>
    FolderRestored,
}

/// <summary>
/// A change of a file that people see, or of a folder that exists without files. It is numbered and written in the transaction that makes
/// it (<see cref="SpaceQuota"/>), so none is lost or there twice.
/// </summary>
/// <param name="Kind">What happened.</param>
/// <param name="FileId">The file; empty if the change is about a folder.</param>
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

    /// <summary>The user who shared it with them; null if an app did.</summary>
    public string? SharedBy { get; init; }

    /// <summary>The folder, if the change is about one; otherwise null.</summary>
    public string? Folder { get; init; }

    /// <summary>The path that the folder had before, if it was moved.</summary>
    public string? From { get; init; }

    /// <summary>The types of the events by which others are told of it.</summary>
    public IReadOnlyList<string> Types { get; private init; } = [];

    Owner? Owner { get; init; }

    /// <summary>What others are told of it; the number of the change is added to it. Of folders it has no path: that is a name.</summary>
    public IEnumerable<TenantEvent> Events => Types.Select(type => new TenantEvent(type, ("fileId", Folder is null ? FileId : null),
        ("shareId", ShareId), ("recipientKind", Recipient?.Kind), ("recipientId", Recipient?.Id), ("sharedBy", SharedBy),
        ("ownerKind", Owner?.Kind), ("ownerId", Owner?.Id),
        ("changedByKind", type == EventTypes.FileChanged ? File?.ChangedBy?.Kind : null),
        ("changedById", type == EventTypes.FileChanged ? File?.ChangedBy?.Id : null), ("contentType", File?.ContentType),
        ("size", File?.Size), ("requestId", File?.Request), ("version", type == EventTypes.FileReplaced ? File?.Version : null),
        ("threat", Kind == ChangeKind.Infected ? File?.Scan?.Threat : null),
        ("reason", type == EventTypes.FileNotScanned ? File?.Scan?.Failure : null)));

    /// <summary>The change of a share, which may be a link.</summary>
    public static FileChange Of(ChangeKind kind, string fileId, string shareId, bool isLink = false) => new(kind, fileId)
    {
        ShareId = shareId,
        Types = [(kind == ChangeKind.Shared, isLink) switch
        {
            (true, true) => EventTypes.LinkCreated,
            (true, false) => EventTypes.ShareCreated,
            (false, true) => EventTypes.LinkRevoked,
            (false, false) => EventTypes.ShareRevoked,
        }],
    };

    /// <summary>The change of a folder that somebody has made. What others exist because of their files say.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="owner">The owner of its space.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="from">The path that it had before, if it was moved.</param>
    public static FileChange OfFolder(ChangeKind kind, Owner owner, string folder, string? from = null) => new(kind, "")
    {
        Folder = folder,
        From = from,
        Owner = owner,
        Types = [kind switch
        {
            ChangeKind.FolderCreated => EventTypes.FolderCreated,
            ChangeKind.FolderMoved => EventTypes.FolderMoved,
            ChangeKind.FolderTrashed => EventTypes.FolderTrashed,
            _ => EventTypes.FolderRestored,
        }],
    };

    /// <summary>What people see of a change of a record; null for nothing.</summary>
    /// <remarks>An upload that replaces a file is none that people see, but malware in it is told of.</remarks>
    public static FileChange? Between(FileRecord before, FileRecord after)
    {
        if (KindOf(before, after) is not { } kind || (after.Replaces is not null && kind != ChangeKind.Infected)) return null;
        var file = kind == ChangeKind.Purged ? null : after;
        return new(kind, after.Id) { File = file, Owner = file?.Owner, Types = [.. TypesOf(kind, before, after)] };
    }

    /// <summary>
    /// What others are told of though the space has no change: an upload that is to replace a file can't be scanned. Null for nothing.
    /// </summary>
    public static IReadOnlyList<TenantEvent>? UnseenBetween(FileRecord before, FileRecord after)
    {
        if (after.Replaces is null || KindOf(before, after) != ChangeKind.Changed) return null;
        if (!TypesOf(ChangeKind.Changed, before, after).Contains(EventTypes.FileNotScanned)) return null;
        var told = new FileChange(ChangeKind.Changed, after.Id) { File = after, Owner = after.Owner, Types = [EventTypes.FileNotScanned] };
        return [.. told.Events.Select(one => one with { Change = TenantEvent.NoChange })];
    }

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

    static IEnumerable<string> TypesOf(ChangeKind kind, FileRecord before, FileRecord after)
    {
        switch (kind)
        {
            case ChangeKind.Created:
                yield return EventTypes.FileCreated;
                if (after.Request is not null) yield return EventTypes.RequestReceived;
                break;
            case ChangeKind.Infected:
                yield return EventTypes.FileInfected;
                break;
            // Apps that list a space see what waits for its verdict, so it is in their changes. Others hear of it once it is created.
            case ChangeKind.Changed when before.Status == FileStatus.Scanning && after.Scan?.Failure != before.Scan?.Failure:
                yield return EventTypes.FileNotScanned;
                break;
            case var _ when before.Status == FileStatus.Scanning:
                break;
            case ChangeKind.Changed:
                yield return EventTypes.FileChanged;
                if (after.Content != before.Content) yield return EventTypes.FileReplaced;
                break;
            case ChangeKind.Moved:
                yield return EventTypes.FileMoved;
                break;
            case ChangeKind.Trashed:
                yield return EventTypes.FileTrashed;
                break;
            case ChangeKind.Restored:
                yield return EventTypes.FileRestored;
                break;
            default:
                yield return EventTypes.FilePurged;
                break;
        }
    }
}
