using Azure;
using Azure.Data.Tables;
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
public sealed record FolderJob
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

    /// <summary>How far it is.</summary>
    public FolderJobStatus Status { get; init; }

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

    /// <summary>That a folder which somebody had made is somewhere else now, to be told with a write of the job.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="folder">The folder, where the job writes.</param>
    /// <param name="from">The path that it had before, if it was moved.</param>
    public UsageChange Tells(ChangeKind kind, string folder, string? from = null) =>
        new() { Change = FileChange.OfFolder(kind, Owner, folder, from) };

    /// <summary>The write of its row, on condition that it has not changed; an insertion if it is new.</summary>
    public TableTransactionAction Write(DateTimeOffset now) => ETag == default
        ? new(TableTransactionActionType.Add, ToRow(now)) : new(TableTransactionActionType.UpdateReplace, ToRow(now), ETag);

    TableEntity ToRow(DateTimeOffset now) => new(Partition, RowKeys.Job(Id))
    {
        ["Kind"] = Kind.ToString(),
        ["OwnerKind"] = Owner.Kind,
        ["OwnerId"] = Owner.Id,
        ["SourceKind"] = Source.Kind,
        ["SourceId"] = Source.Id,
        ["Path"] = Path,
        ["To"] = To,
        ["ByKind"] = By.Kind,
        ["ById"] = By.Id,
        ["Client"] = Client,
        ["Deletion"] = Deletion?.Id,
        ["DeletionAt"] = Deletion?.At,
        ["Status"] = Status.ToString(),
        ["Total"] = Total,
        ["Done"] = Done,
        ["Failed"] = Failed,
        ["Code"] = Code,
        ["At"] = At,
        ["After"] = After,
        ["Turn"] = Turn,
        ["ProgressAt"] = ProgressAt,
        ["CreatedAt"] = CreatedAt,
        ["UpdatedAt"] = now,
        ["FinishedAt"] = FinishedAt,
        ["KeptUntil"] = KeptUntil,
    };

    /// <summary>Reads it from its row.</summary>
    public static FolderJob Read(string tenant, TableEntity row) => new()
    {
        Tenant = tenant,
        Id = row.RowKey[RowKeys.AnyJob.Length..],
        Kind = Enum.Parse<FolderJobKind>(row.GetString("Kind")),
        Owner = new(row.GetString("OwnerKind"), row.GetString("OwnerId")),
        Source = new(row.GetString("SourceKind"), row.GetString("SourceId")),
        Path = row.GetString("Path"),
        To = row.GetString("To"),
        By = new(row.GetString("ByKind"), row.GetString("ById")),
        Client = row.GetString("Client"),
        Deletion = row.GetString("Deletion") is { } id ? (id, row.GetDateTimeOffset("DeletionAt")!.Value) : null,
        Status = Enum.Parse<FolderJobStatus>(row.GetString("Status")),
        Total = row.GetInt64("Total"),
        Done = row.GetInt64("Done")!.Value,
        Failed = row.GetInt64("Failed")!.Value,
        Code = row.GetString("Code"),
        At = row.GetString("At"),
        After = row.GetString("After"),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        Turn = row.GetInt64("Turn") ?? 0,
        ProgressAt = row.GetDateTimeOffset("ProgressAt") ?? row.GetDateTimeOffset("CreatedAt")!.Value,
        UpdatedAt = row.GetDateTimeOffset("UpdatedAt")!.Value,
        FinishedAt = row.GetDateTimeOffset("FinishedAt"),
        KeptUntil = row.GetDateTimeOffset("KeptUntil")!.Value,
        ETag = row.ETag,
    };
}
