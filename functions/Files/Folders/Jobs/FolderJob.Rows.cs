using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

// The row of a job.
public sealed partial record FolderJob
{
    /// <summary>The write of its row, on condition that it has not changed; an insertion if it is new.</summary>
    public TableTransactionAction Write(DateTimeOffset now) => ETag == default
        ? new(TableTransactionActionType.Add, ToRow(now)) : new(TableTransactionActionType.UpdateReplace, ToRow(now), ETag);

    TableEntity ToRow(DateTimeOffset now)
    {
        var row = Row(now);
        Archive?.Write(row);
        return row;
    }

    TableEntity Row(DateTimeOffset now) => new(Partition, RowKeys.Job(Id))
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
        ["SourceIncarnation"] = SourceChange?.Incarnation,
        ["SourceChange"] = SourceChange?.Number,
        ["Status"] = Status.ToString(),
        ["Total"] = Total,
        ["Done"] = Done,
        ["Failed"] = Failed,
        ["Code"] = Code,
        ["At"] = At,
        ["After"] = After,
        ["Turn"] = Turn,
        ["WaitsUntil"] = WaitsUntil,
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
        SourceChange = row.GetInt64("SourceChange") is { } number ? (row.GetString("SourceIncarnation"), number) : null,
        Archive = ArchiveState.Read(row),
        Status = Enum.Parse<FolderJobStatus>(row.GetString("Status")),
        Total = row.GetInt64("Total"),
        Done = row.GetInt64("Done")!.Value,
        Failed = row.GetInt64("Failed")!.Value,
        Code = row.GetString("Code"),
        At = row.GetString("At"),
        After = row.GetString("After"),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        Turn = row.GetInt64("Turn") ?? 0,
        WaitsUntil = row.GetDateTimeOffset("WaitsUntil"),
        ProgressAt = row.GetDateTimeOffset("ProgressAt") ?? row.GetDateTimeOffset("CreatedAt")!.Value,
        UpdatedAt = row.GetDateTimeOffset("UpdatedAt")!.Value,
        FinishedAt = row.GetDateTimeOffset("FinishedAt"),
        KeptUntil = row.GetDateTimeOffset("KeptUntil")!.Value,
        ETag = row.ETag,
    };
}
