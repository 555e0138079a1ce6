using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What a user has allowed an app to do.</summary>
/// <param name="ClientId">The app.</param>
/// <param name="ClientIncarnation">
/// Which app of this id (<see cref="Client.Incarnation"/>): one that was registered later is another app.
/// </param>
/// <param name="AppMark">The user's <see cref="UserState.AppMark"/> for the app at that time.</param>
/// <param name="Scope">What the user allowed.</param>
/// <param name="ApprovedAt">When the user last allowed something.</param>
public sealed record Consent(string ClientId, string ClientIncarnation, long AppMark, Scope Scope, DateTimeOffset ApprovedAt);

/// <summary>Consents (SCHEMA.md, table Approvals): one row for each user and client, until the user withdraws it.</summary>
public sealed class Consents(StorageClients storage, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Approvals));

    /// <summary>What the user has allowed this client; <see cref="Scope.None"/> if nothing.</summary>
    public async Task<Scope> Find(Tenant tenant, User user, Client client, CancellationToken cancel) =>
        Of(user, client, await table.Find(RowKeys.UserPartition(tenant.Id, user.Id), client.Id, cancel));

    /// <summary>Adds to what the user has allowed.</summary>
    public async Task Add(Tenant tenant, User user, Client client, Scope scope, CancellationToken cancel)
    {
        while (true)
        {
            var row = await table.Find(RowKeys.UserPartition(tenant.Id, user.Id), client.Id, cancel);
            var before = Of(user, client, row);
            if (row is not null && scope.Except(before).IsEmpty) return;
            var next = new TableEntity(RowKeys.UserPartition(tenant.Id, user.Id), client.Id)
            {
                ["ClientIncarnation"] = client.Incarnation,
                ["AppMark"] = user.State.AppMark(client.Id),
                ["Scope"] = Scope.Of([.. before.Tokens, .. scope.Tokens]).ToString(),
                ["ApprovedAt"] = clock.GetUtcNow(),
            };
            if (row is not null) next.ETag = row.ETag;
            // Another window, or a withdrawal, was faster: look again.
            if (row is null ? await table.TryAdd(next, cancel) : await table.TryReplace(next, cancel)) return;
        }
    }

    /// <summary>All rows of the user's consents. The row of a removed app may still be there, but no longer counts.</summary>
    public async Task<IReadOnlyList<Consent>> List(Tenant tenant, string userId, CancellationToken cancel)
    {
        var all = new List<Consent>();
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, userId), cancel))
        {
            all.Add(new(row.RowKey, row.GetString("ClientIncarnation") ?? "", row.GetInt64("AppMark") ?? 0,
                Scope.Parse(row.GetString("Scope")), row.GetDateTimeOffset("ApprovedAt")!.Value));
        }
        return all;
    }

    /// <summary>Withdraws a consent. The app's sessions go on: see <see cref="ConsentWithdrawal"/>.</summary>
    public Task Remove(Tenant tenant, string userId, string clientId, CancellationToken cancel) => table.TryDelete(
        RowKeys.UserPartition(tenant.Id, userId), clientId, cancel);

    static Scope Of(User user, Client client, TableEntity? row) =>
        row is not null && user.State.KeepsApp(client.Id, row.GetInt64("AppMark"))
            && (row.GetString("ClientIncarnation") ?? "") == client.Incarnation ? Scope.Parse(row.GetString("Scope")) : Scope.None;
}
