using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's clients (SCHEMA.md, table Clients), cached for seconds. <see cref="MyFilesClient"/> is always one of them. It gets
/// a row only when its sessions are ended, and only that mark of the row counts.
/// </summary>
public sealed class ClientStore(
    StorageClients storage, TenantStore tenants, GroupStore groups, RemovalNotes notes, Outbox outbox, ConnectionClosings closings,
    Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Clients));
    readonly Cache<Client> cache = new(clock, settings.CacheTime);

    /// <summary>
    /// The client with this client id, or with this id of its row; null if there is none, or the tenant no longer has clients of its
    /// kind. A text that cannot be a client id costs no request.
    /// </summary>
    public async ValueTask<Client?> Find(Tenant tenant, string clientId, CancellationToken cancel)
    {
        var id = ClientIdUrl.StoredId(clientId);
        if (!Client.IsId(id)) return null;
        var client = await cache.Get($"{tenant.Id}|{id}", wait => Load(tenant, id, wait), cancel);
        if (ClientIdUrl.Is(clientId) && client?.MetadataUrl != clientId) return null;
        return client?.MetadataUrl is null || tenant.ClientIdDocuments ? client : null;
    }

    /// <summary>The client as stored now, past the cache, in order to change it.</summary>
    public Task<Client?> FindNow(Tenant tenant, string id, CancellationToken cancel) =>
        Client.IsId(id) ? Load(tenant, id, cancel) : Task.FromResult<Client?>(null);

    /// <summary>The tenant's clients by id, after the given one; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Client>> List(Tenant tenant, string? after, int limit, CancellationToken cancel)
    {
        var clients = new List<Client>();
        // A space sorts before every character of an id, so this starts after the given id and before all longer ones.
        await foreach (var row in table.Range(tenant.Id, after is null ? "" : after + " ", "~", limit, cancel))
        {
            if (!Client.IsId(row.RowKey)) continue; // An event.
            clients.Add(Of(tenant, row.RowKey, row)!);
            if (clients.Count == limit) break;
        }
        return clients;
    }

    /// <summary>Writes a client that is new.</summary>
    /// <exception cref="ArgumentException">Its tokens or sessions would outlive the keys that they need.</exception>
    public async Task Save(Tenant tenant, Client client, CancellationToken cancel)
    {
        await NoteBackchannelLogout(tenant, client, cancel);
        await outbox.TryTransact(tenant, TableNames.Clients,
            [new(TableTransactionActionType.UpsertReplace, ClientRow.Of(tenant, client))], [ClientEvents.Created(client)], cancel);
    }

    /// <summary>Writes up to 100 clients, all or none.</summary>
    /// <exception cref="ArgumentException">Tokens or sessions would outlive the keys that they need.</exception>
    public Task Save(Tenant tenant, IReadOnlyList<Client> clients, CancellationToken cancel) => table.TryTransact(
        [
            .. from client in clients
               select new TableTransactionAction(TableTransactionActionType.UpsertReplace, ClientRow.Of(tenant, client)),
        ], cancel);

    /// <summary>Writes a new client with a new incarnation; false if the id is taken.</summary>
    public async Task<bool> TryAdd(Tenant tenant, Client client, CancellationToken cancel)
    {
        await NoteBackchannelLogout(tenant, client, cancel);
        return await outbox.TryTransact(tenant, TableNames.Clients,
            [new(TableTransactionActionType.Add, ClientRow.Of(tenant, client with { Incarnation = Ids.New() }))],
            [ClientEvents.Created(client)], cancel);
    }

    /// <summary>
    /// The client as stored now, if the given incarnation differs from that of the cached client: another instance may have
    /// created it anew a moment ago.
    /// </summary>
    public async ValueTask<Client> Current(Tenant tenant, Client client, string incarnation, CancellationToken cancel)
    {
        if (client.Incarnation == incarnation) return client;
        cache.Remove($"{tenant.Id}|{client.Id}");
        return await Find(tenant, client.Id, cancel) ?? client;
    }

    /// <summary>Writes a client that <see cref="FindNow"/> returned; false if it was changed or deleted since.</summary>
    public async Task<bool> TryReplace(Tenant tenant, Client client, CancellationToken cancel)
    {
        await NoteBackchannelLogout(tenant, client, cancel);
        // Only the built-in client can be found without a row.
        var write = client.ETag == default ? TableTransactionActionType.Add : TableTransactionActionType.UpdateReplace;
        var done = await outbox.TryTransact(tenant, TableNames.Clients, [new(write, ClientRow.Of(tenant, client), client.ETag)],
            ClientEvents.Of(tenant, client), cancel);
        cache.Remove($"{tenant.Id}|{client.Id}");
        return done;
    }

    /// <summary>
    /// Deletes a client, even if it was changed since. Other instances notice when their cached entry expires. Of the groups that it made a
    /// note says that they go too.
    /// </summary>
    public async Task Delete(Tenant tenant, string id, CancellationToken cancel)
    {
        var isNoted = await NoteGroups(tenant, id, cancel);
        await closings.Around(tenant, ClosingKind.Client, id, () => outbox.TryTransact(tenant, TableNames.Clients,
            [Table.Deletion(tenant.Id, id)], [ClientEvents.Deleted(id)], cancel), cancel);
        cache.Remove($"{tenant.Id}|{id}");
        // Whoever makes a group looks at the client afterwards: either the group is seen here, or there that the client is gone.
        if (!isNoted) await NoteGroups(tenant, id, CancellationToken.None);
    }

    async Task<bool> NoteGroups(Tenant tenant, string id, CancellationToken cancel)
    {
        if ((await groups.IdsOfApp(tenant.Id, id, 1, cancel)).Count == 0) return false;
        await notes.Add(tenant.Id, RemovalKind.AppGroups, id, purge: true, cancel);
        return true;
    }

    // Before the client's own write, so that no session of it ends unnoticed.
    async Task NoteBackchannelLogout(Tenant tenant, Client client, CancellationToken cancel)
    {
        if (client.BackchannelLogoutUri is null || tenant.HasBackchannelLogout) return;
        await OptimisticUpdate.Run(() => tenants.FindNow(tenant.Id, cancel),
            stored => stored.HasBackchannelLogout ? null : stored with { HasBackchannelLogout = true },
            stored => tenants.TryReplace(stored, cancel));
    }

    async Task<Client?> Load(Tenant tenant, string id, CancellationToken cancel) =>
        Of(tenant, id, await table.Find(tenant.Id, id, cancel)) is { } client ? client with { Stored = client } : null;

    static Client? Of(Tenant tenant, string id, TableEntity? row) => id != MyFilesClient.Id
        ? row is null ? null : ClientRow.Read(row)
        : MyFilesClient.In(tenant) with { SessionsNotBefore = row?.GetDateTimeOffset("SessionsNotBefore"), ETag = row?.ETag ?? default };
}
