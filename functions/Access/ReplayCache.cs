using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Access;

/// <summary>
/// Remembers what may be used once (SCHEMA.md, tables Seen…): the <c>jti</c> of DPoP proofs (RFC 9449 §11.1) and of
/// client assertions (RFC 7523 §3). The insert is create-only, so of any number of uses at once one wins.
/// </summary>
public sealed class ReplayCache(StorageClients storage)
{
    /// <summary>The tables of what was seen.</summary>
    public ExpiringTables Tables { get; } = new(storage.Tables, TableNames.Replays);

    /// <summary>
    /// True the first time. <paramref name="expires"/> must follow from the thing itself, not from the clock: it says
    /// which day's table is asked, and a replay has to ask the same one.
    /// </summary>
    public async Task<bool> TryUse(Tenant tenant, string kind, string id, DateTimeOffset expires, CancellationToken cancel)
    {
        var (table, partition, mine) = (Tables.For(ExpiringTables.Bucket(expires)), RowKeys.Replay(tenant.Id, kind, id), Ids.New());
        if (await table.TryAdd(new TableEntity(partition, RowKeys.ReplayRow) { ["By"] = mine }, cancel)) return true;
        // Used before, unless only the answer to our own insert was lost on the way from storage.
        return (await table.Find(partition, RowKeys.ReplayRow, cancel))?.GetString("By") == mine;
    }
}
