using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What a user has approved an app for.</summary>
public sealed record Approval(string ClientId, Scope Scope, DateTimeOffset ApprovedAt);

/// <summary>Approvals (SCHEMA.md, table Approvals): one row for a user and a client, until the user takes it back.</summary>
public sealed class Approvals(StorageClients storage, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient("Approvals"));

    /// <summary>What the user has approved for this client; <see cref="Scope.None"/> if nothing.</summary>
    public async Task<Scope> Find(Tenant tenant, string userId, string clientId, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.UserPartition(tenant.Id, userId), clientId, cancel);
        return Scope.Parse(row?.GetString("Scope"));
    }

    /// <summary>Adds to what the user has approved.</summary>
    public async Task Add(Tenant tenant, string userId, string clientId, Scope scope, CancellationToken cancel)
    {
        while (true)
        {
            var row = await table.Find(RowKeys.UserPartition(tenant.Id, userId), clientId, cancel);
            var before = Scope.Parse(row?.GetString("Scope"));
            if (row is not null && scope.Beyond(before).IsEmpty) return;
            var next = new TableEntity(RowKeys.UserPartition(tenant.Id, userId), clientId)
            {
                ["Scope"] = Scope.Of([.. before.Tokens, .. scope.Tokens]).ToString(),
                ["ApprovedAt"] = clock.GetUtcNow(),
            };
            if (row is not null) next.ETag = row.ETag;
            // Lost to another window, or to its removal: look again.
            if (row is null ? await table.TryAdd(next, cancel) : await table.TryReplace(next, cancel)) return;
        }
    }

    /// <summary>All that the user has approved.</summary>
    public async Task<IReadOnlyList<Approval>> List(Tenant tenant, string userId, CancellationToken cancel)
    {
        var all = new List<Approval>();
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, userId), cancel))
            all.Add(new(row.RowKey, Scope.Parse(row.GetString("Scope")), row.GetDateTimeOffset("ApprovedAt")!.Value));
        return all;
    }

    /// <summary>Takes an approval back; the app's sessions are not touched.</summary>
    public Task Remove(Tenant tenant, string userId, string clientId, CancellationToken cancel) => table.TryDelete(
        new TableEntity(RowKeys.UserPartition(tenant.Id, userId), clientId) { ETag = Azure.ETag.All }, cancel);
}
