using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Stores the state of each tenant's check. Conditional writes ensure that a tenant has one check at a time.</summary>
public sealed class IntegrityCheckStore(StorageClients storage)
{
    const string Row = "state";

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The last check, finished or not; null if there was none.</summary>
    public async Task<IntegrityCheckState?> Find(string tenant, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.IntegrityCheck(tenant), Row, cancel);
        return row is null ? null : new IntegrityCheckState
        {
            StartedAt = row.GetDateTimeOffset("StartedAt")!.Value,
            FinishedAt = row.GetDateTimeOffset("FinishedAt"),
            Phase = Enum.Parse<IntegrityCheckPhase>(row.GetString("Phase")),
            Continuation = row.GetString("Continuation"),
            Records = row.GetInt64("Records")!.Value,
            Blobs = row.GetInt64("Blobs")!.Value,
            Missing = row.GetInt64("Missing")!.Value,
            MissingIds = Columns.Split(row.GetString("MissingIds")),
            Orphans = row.GetInt64("Orphans")!.Value,
            OrphansDeleted = row.GetInt64("OrphansDeleted")!.Value,
            FoldersRemoved = row.GetInt64("FoldersRemoved")!.Value,
            PartsRepaired = row.GetInt64("PartsRepaired")!.Value,
            ETag = row.ETag,
        };
    }

    /// <summary>Saves the state; false if another process has saved one meanwhile.</summary>
    public Task<bool> TrySave(string tenant, IntegrityCheckState state, CancellationToken cancel)
    {
        var row = new TableEntity(RowKeys.IntegrityCheck(tenant), Row)
        {
            ["StartedAt"] = state.StartedAt,
            ["FinishedAt"] = state.FinishedAt,
            ["Phase"] = state.Phase.ToString(),
            ["Continuation"] = state.Continuation,
            ["Records"] = state.Records,
            ["Blobs"] = state.Blobs,
            ["Missing"] = state.Missing,
            ["MissingIds"] = Columns.Join(state.MissingIds),
            ["Orphans"] = state.Orphans,
            ["OrphansDeleted"] = state.OrphansDeleted,
            ["FoldersRemoved"] = state.FoldersRemoved,
            ["PartsRepaired"] = state.PartsRepaired,
        };
        if (state.ETag is not { } etag) return table.TryAdd(row, cancel);
        row.ETag = etag;
        return table.TryReplace(row, cancel);
    }
}
