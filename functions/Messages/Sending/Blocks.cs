using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Messages;

/// <summary>
/// Whom users have blocked (SCHEMA.md, table Messaging). The row with who is blocked decides; the one with who blocks is their list. The
/// deciding row is written last and removed first, and a request that breaks off in between is repeated.
/// </summary>
public sealed class Blocks(StorageClients storage)
{
    /// <summary>How many a user can block.</summary>
    public const int Max = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Messaging));

    /// <summary>True if the recipient has blocked the sender.</summary>
    public async Task<bool> IsBlocked(string tenant, string sender, string recipient, CancellationToken cancel) =>
        await table.Find(RowKeys.UserPartition(tenant, sender), RowKeys.Blocker(recipient), cancel) is not null;

    /// <summary>All who have blocked a sender.</summary>
    public Task<HashSet<string>> BlockersOf(string tenant, string sender, CancellationToken cancel) =>
        Ids(tenant, sender, RowKeys.AnyBlocker, cancel).ToHashSetAsync(StringComparer.Ordinal, cancel).AsTask();

    /// <summary>All whom a user has blocked.</summary>
    public ValueTask<List<string>> Of(string tenant, string user, CancellationToken cancel) =>
        Ids(tenant, user, RowKeys.AnyBlocked, cancel).ToListAsync(cancel);

    /// <summary>Blocks somebody.</summary>
    /// <exception cref="Problem">409 <c>too_many_blocked</c>.</exception>
    public async Task Add(string tenant, string user, string other, CancellationToken cancel)
    {
        var blocked = await Of(tenant, user, cancel);
        if (blocked.Count >= Max && !blocked.Contains(other))
            throw Problem.Conflict("too_many_blocked", $"At most {Max} users can be blocked.");
        await table.Put(new TableEntity(RowKeys.UserPartition(tenant, user), RowKeys.Blocked(other)), cancel);
        await table.Put(new TableEntity(RowKeys.UserPartition(tenant, other), RowKeys.Blocker(user)), cancel);
    }

    /// <summary>Lets somebody write again.</summary>
    public async Task Remove(string tenant, string user, string other, CancellationToken cancel)
    {
        await table.TryDelete(RowKeys.UserPartition(tenant, other), RowKeys.Blocker(user), cancel);
        await table.TryDelete(RowKeys.UserPartition(tenant, user), RowKeys.Blocked(other), cancel);
    }

    /// <summary>Removes everything that says a user's name, on either side.</summary>
    public async Task RemoveAll(string tenant, string user, CancellationToken cancel)
    {
        foreach (var other in await Of(tenant, user, cancel)) await Remove(tenant, user, other, cancel);
        foreach (var other in await BlockersOf(tenant, user, cancel)) await Remove(tenant, other, user, cancel);
    }

    IAsyncEnumerable<string> Ids(string tenant, string user, string prefix, CancellationToken cancel) => table
        .Keys(RowKeys.UserPartition(tenant, user), prefix, prefix + "~", cancel).Select(key => key[prefix.Length..]);
}
