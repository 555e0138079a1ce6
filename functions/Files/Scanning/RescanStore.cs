using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Stores the state of each tenant's rescan by conditional writes, and reads the files that it is about.</summary>
public sealed class RescanStore(StorageClients storage)
{
    const string Row = "state";

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The last rescan, finished or not; null if there was none.</summary>
    public async Task<RescanState?> Find(string tenant, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.Rescan(tenant), Row, cancel);
        return row is null ? null : new RescanState
        {
            Run = row.GetString("Run"),
            StartedAt = row.GetDateTimeOffset("StartedAt")!.Value,
            SavedAt = row.GetDateTimeOffset("SavedAt"),
            FinishedAt = row.GetDateTimeOffset("FinishedAt"),
            Continuation = row.GetString("Continuation"),
            Scanned = row.GetInt64("Scanned")!.Value,
            Infected = row.GetInt64("Infected")!.Value,
            Failed = row.GetInt64("Failed")!.Value,
            ETag = row.ETag,
        };
    }

    /// <summary>Saves the state; false if another process has saved one meanwhile.</summary>
    public Task<bool> TrySave(string tenant, RescanState state, CancellationToken cancel)
    {
        var row = new TableEntity(RowKeys.Rescan(tenant), Row)
        {
            ["Run"] = state.Run,
            ["StartedAt"] = state.StartedAt,
            ["SavedAt"] = state.SavedAt,
            ["FinishedAt"] = state.FinishedAt,
            ["Continuation"] = state.Continuation,
            ["Scanned"] = state.Scanned,
            ["Infected"] = state.Infected,
            ["Failed"] = state.Failed,
        };
        if (state.ETag is not { } etag) return table.TryAdd(row, cancel);
        row.ETag = etag;
        return table.TryReplace(row, cancel);
    }

    /// <summary>A page of the tenant's records, and where the next begins, or null.</summary>
    public async Task<(IReadOnlyList<FileRecord> Files, string? Next)> Page(
        string tenant, string? continuation, int size, CancellationToken cancel)
    {
        // All partitions of the tenant (`}` is the character after `|`), all keys of records and of former versions.
        var (a, b, f, v) = (tenant + "|", tenant + "}", RowKeys.File(""), RowKeys.AnyVersion);
        var (g, w) = (f + "~", v + "~");
        var (rows, next) = await table.Page(
            $"PartitionKey ge {a} and PartitionKey lt {b} and ((RowKey ge {f} and RowKey lt {g}) or (RowKey ge {v} and RowKey lt {w}))",
            continuation, size, cancel);
        return ([.. rows.Select(row => FileRows.Read(tenant, row))], next);
    }
}
