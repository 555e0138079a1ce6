using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Where the check of each tenant stands; one check of a tenant at a time, by conditional writes.</summary>
public sealed class IntegrityCheckStore(StorageClients storage)
{
    const string Row = "state";

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The last check, done or not, or null.</summary>
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

    /// <summary>Writes how far it is; false if another process has gone on meanwhile.</summary>
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
