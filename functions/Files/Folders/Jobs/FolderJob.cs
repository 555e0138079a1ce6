using Azure;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>What a job does to a folder.</summary>
public enum FolderJobKind
{
    /// <summary>Renames or moves it.</summary>
    Move,

    /// <summary>Moves all that it holds to the trash.</summary>
    Delete,

    /// <summary>Copies it.</summary>
    Copy,

    /// <summary>Restores what a deletion has moved to the trash.</summary>
    Restore,

    /// <summary>Makes an archive of it, or of single files (<see cref="ArchiveWork"/>).</summary>
    Archive,
}

/// <summary>How far a job is.</summary>
public enum FolderJobStatus
{
    /// <summary>It has not begun.</summary>
    Queued,

    /// <summary>It is at work, or waits for its next turn.</summary>
    Running,

    /// <summary>It has done all.</summary>
    Done,

    /// <summary>It has ended without having done all (<see cref="FolderJob.Code"/>).</summary>
    Failed,
}

/// <summary>
/// A job that works on a folder with all that it holds, file by file (SCHEMA.md, table Files, <c>job|…</c>). Its row is written in the
/// transactions that do the work, on condition that nobody else has written it. So it says exactly what is done, whatever dies.
/// </summary>
public sealed partial record FolderJob
{
    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The id: the key of the space where it writes, and 80 random bits.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required FolderJobKind Kind { get; init; }

    /// <summary>The owner of the space where it writes.</summary>
    public required Owner Owner { get; init; }

    /// <summary>The owner of the space with the folder: another one only for a copy into another space.</summary>
    public required Owner Source { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>What the folder, or its copy, is called from now on; null for other kinds.</summary>
    public string? To { get; init; }

    /// <summary>Who has asked for it.</summary>
    public required Owner By { get; init; }

    /// <summary>The client with which they did.</summary>
    public required string Client { get; init; }

    /// <summary>The deletion whose files are restored, and its time; null for other kinds.</summary>
    public (string Id, DateTimeOffset At)? Deletion { get; init; }

    /// <summary>
    /// Of a copy: the change of the folder's space up to which all is copied as it is (<see cref="FolderCopyCheck"/>), at first the last
    /// one before it began; or null.
    /// </summary>
    public (string Incarnation, long Number)? SourceChange { get; init; }

    /// <summary>How far it is.</summary>
    public FolderJobStatus Status { get; init; }

    /// <summary>Of a job that makes an archive: how far that is; null for other kinds.</summary>
    public ArchiveState? Archive { get; init; }

    /// <summary>How many files there were when it began; null if they were too many to count.</summary>
    public long? Total { get; init; }

    /// <summary>The files that are done.</summary>
    public long Done { get; init; }

    /// <summary>The files that stay as they are, because something was wrong.</summary>
    public long Failed { get; init; }

    /// <summary>What was wrong, the last time; null if nothing.</summary>
    public string? Code { get; init; }

    /// <summary>The folder at which it is; null before the first.</summary>
    public string? At { get; init; }

    /// <summary>The key of the row after which it goes on there; null at its beginning.</summary>
    public string? After { get; init; }

    /// <summary>When it was asked for. It is also the time at which what it deletes was deleted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Which worker has it: each takes the next number by a conditional write, and a message with another number does nothing.
    /// </summary>
    public long Turn { get; init; }

    /// <summary>Until when it waits because its tenant has had its share of the time; null if it does not.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>When its row was written last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When a worker that got further stopped last.</summary>
    public DateTimeOffset ProgressAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When its row is deleted; for a deletion also what leads to its files in the trash.</summary>
    public required DateTimeOffset KeptUntil { get; init; }

    /// <summary>The row's ETag.</summary>
    public ETag ETag { get; init; }

    /// <summary>True once it has ended.</summary>
    public bool IsOver => Status is FolderJobStatus.Done or FolderJobStatus.Failed;

    /// <summary>The partition of the space where it writes.</summary>
    public string Partition => RowKeys.Space(Tenant, Id[..16]);

    /// <summary>The partition of the space with the folder.</summary>
    public string SourcePartition => RowKeys.Space(Tenant, Source.SpaceKey(Tenant));

    /// <summary>Where it takes a folder that is in or is its own: what <see cref="To"/> is to <see cref="Path"/>.</summary>
    public string TargetOf(string path) => To + path[Path.Length..];

    /// <summary>The id of the copy of a file.</summary>
    public string CopyOf(string file) => Id[..16] + Ids.HashBase32($"{Id}|{file}");

    /// <summary>That a folder which somebody had made is somewhere else now, to be told with a write of the job.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="folder">The folder, where the job writes.</param>
    /// <param name="from">The path that it had before, if it was moved.</param>
    public UsageChange Tells(ChangeKind kind, string folder, string? from = null) =>
        new() { Change = FileChange.OfFolder(kind, Owner, folder, from) };
}
