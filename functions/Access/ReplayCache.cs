using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Access;

/// <summary>
/// Remembers what has been used and must not be used again (SCHEMA.md, tables Seen…): the <c>jti</c> of DPoP proofs
/// (RFC 9449 §11.1) and of client assertions (RFC 7523 §3). The insert is create-only, so of several uses at the
/// same time exactly one wins.
/// </summary>
public sealed class ReplayCache(StorageClients storage)
{
    readonly ExpiringTables tables = new(storage.Tables, TableNames.Replays);

    /// <summary>True at the first use.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="kind">What the id belongs to, in a word.</param>
    /// <param name="id">The id.</param>
    /// <param name="expires">
    /// When the id may be forgotten. It chooses the table, so it must be derived from what is used and not from the clock:
    /// a replay must look into the same table.
    /// </param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<bool> TryUse(Tenant tenant, string kind, string id, DateTimeOffset expires, CancellationToken cancel)
    {
        var table = tables.For(ExpiringTables.Bucket(expires));
        var (partition, useId) = (RowKeys.Replay(tenant.Id, kind, id), Ids.New());
        if (await table.TryAdd(new TableEntity(partition, RowKeys.ReplayRow) { ["By"] = useId }, cancel)) return true;
        // It was used before, unless the row is our own and only storage's answer was lost.
        return (await table.Find(partition, RowKeys.ReplayRow, cancel))?.GetString("By") == useId;
    }
}
