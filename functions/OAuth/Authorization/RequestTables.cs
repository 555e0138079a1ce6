using Latchkey.Storage;

namespace Latchkey.OAuth;

/// <summary>The tables of pushed and pending authorization requests (SCHEMA.md, tables Requests…).</summary>
public sealed class RequestTables(StorageClients storage, TimeProvider clock)
{
    readonly ExpiringTables tables = new(storage.Tables, TableNames.Requests);

    /// <summary>The table of a bucket.</summary>
    public Table Of(string bucket) => tables.For(bucket);

    /// <summary>The table of a pending request, and of what stands beside it in its partition.</summary>
    public Table Of(PendingRequest pending) => Of(BucketId.Parse(pending.Id)!.Value.Bucket);

    /// <summary>Drops the tables of days that are over.</summary>
    public Task<int> DropExpired(CancellationToken cancel) => tables.DropExpired(clock.GetUtcNow(), cancel);
}
