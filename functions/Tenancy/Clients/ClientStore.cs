using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's clients (SCHEMA.md, table Clients), cached for seconds. <see cref="MyFilesClient"/> is always one of them. It gets
/// a row only when its sessions are ended, and only that mark of the row counts.
/// </summary>
public sealed class ClientStore(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Clients));
    readonly Cache<Client> cache = new(clock, settings.CacheTime);

    /// <summary>The client, or null. A text that cannot be a client id costs no request.</summary>
    public ValueTask<Client?> Find(Tenant tenant, string id, CancellationToken cancel) =>
        Client.IsId(id) ? cache.Get($"{tenant.Id}|{id}", () => Load(tenant, id, cancel)) : default;

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
            clients.Add(Of(tenant, row.RowKey, row)!);
            if (clients.Count == limit) break;
        }
        return clients;
    }

    /// <summary>Writes a client.</summary>
    /// <exception cref="ArgumentException">Its tokens or sessions would outlive the keys that they need.</exception>
    public Task Save(Tenant tenant, Client client, CancellationToken cancel) => table.Put(Row(tenant, client), cancel);

    /// <summary>Writes up to 100 clients, all or none.</summary>
    /// <exception cref="ArgumentException">Tokens or sessions would outlive the keys that they need.</exception>
    public Task Save(Tenant tenant, IReadOnlyList<Client> clients, CancellationToken cancel) => table.TryTransact(
        [.. clients.Select(client => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Row(tenant, client)))], cancel);

    /// <summary>Writes a new client with a new incarnation; false if the id is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, Client client, CancellationToken cancel) =>
        table.TryAdd(Row(tenant, client with { Incarnation = Ids.New() }), cancel);

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
        var row = Row(tenant, client);
        row.ETag = client.ETag;
        // Only the built-in client can be found without a row.
        var done = client.ETag == default ? await table.TryAdd(row, cancel) : await table.TryReplace(row, cancel);
        cache.Remove($"{tenant.Id}|{client.Id}");
        return done;
    }

    /// <summary>Deletes a client, even if it was changed since. Other instances notice when their cached entry expires.</summary>
    public async Task Delete(Tenant tenant, string id, CancellationToken cancel)
    {
        await table.TryDelete(tenant.Id, id, cancel);
        cache.Remove($"{tenant.Id}|{id}");
    }

    static TableEntity Row(Tenant tenant, Client client)
    {
        if (client.AccessTokenSeconds > Client.MaxAccessTokenSeconds || client.SessionSeconds > Client.MaxSessionSeconds)
            throw new ArgumentException("Its tokens or sessions would outlive the keys that they need.", nameof(client));
        return new(tenant.Id, client.Id)
        {
            ["Name"] = client.Name,
            ["SecretHashes"] = Columns.Join(client.SecretHashes),
            ["Grants"] = Columns.Join(client.Grants),
            ["Scope"] = client.Scope.ToString(),
            ["RedirectUris"] = Columns.Join(client.RedirectUris),
            ["Native"] = client.Native,
            ["AuthMethod"] = client.AuthMethod,
            ["Jwks"] = client.Jwks,
            ["RequireDpop"] = client.RequireDpop,
            ["AccessTokenSeconds"] = client.AccessTokenSeconds,
            ["SessionIdleSeconds"] = client.SessionIdleSeconds,
            ["SessionSeconds"] = client.SessionSeconds,
            ["RetryWindowSeconds"] = client.RetryWindowSeconds,
            ["IdTokenAlgorithm"] = client.IdTokenAlgorithm,
            ["RequirePushedRequests"] = client.RequirePushedRequests,
            ["RequirePkce"] = client.RequirePkce,
            ["LegacyImplicit"] = client.LegacyImplicit,
            ["FirstParty"] = client.FirstParty,
            ["RelaxedRedirects"] = client.RelaxedRedirects,
            ["ForwardsAddress"] = client.ForwardsAddress,
            ["WebsiteUri"] = client.WebsiteUri,
            ["LogoUri"] = client.LogoUri,
            ["PostLogoutRedirectUris"] = Columns.Join(client.PostLogoutRedirectUris),
            ["RegistrationTokenHash"] = client.RegistrationTokenHash,
            ["RegisteredAt"] = client.RegisteredAt,
            ["OpenlyRegistered"] = client.OpenlyRegistered,
            ["RefreshByCookie"] = client.RefreshByCookie,
            ["RegisteredBy"] = client.RegisteredBy,
            ["SessionsNotBefore"] = client.SessionsNotBefore,
            ["Incarnation"] = client.Incarnation.Length > 0 ? client.Incarnation : null,
            ["SetByAdministrator"] = Columns.Join(client.SetByAdministrator),
        };
    }

    async Task<Client?> Load(Tenant tenant, string id, CancellationToken cancel) =>
        Of(tenant, id, await table.Find(tenant.Id, id, cancel));

    static Client? Of(Tenant tenant, string id, TableEntity? row) => id != MyFilesClient.Id
        ? row is null ? null : Read(row)
        : MyFilesClient.In(tenant) with { SessionsNotBefore = row?.GetDateTimeOffset("SessionsNotBefore"), ETag = row?.ETag ?? default };

    static Client Read(TableEntity row) =>
        new()
        {
            Id = row.RowKey,
            Name = row.GetString("Name"),
            SecretHashes = Columns.Split(row.GetString("SecretHashes")),
            SessionsNotBefore = row.GetDateTimeOffset("SessionsNotBefore"),
            Incarnation = row.GetString("Incarnation") ?? "",
            SetByAdministrator = Columns.Split(row.GetString("SetByAdministrator")),
            Grants = Columns.Split(row.GetString("Grants")),
            Scope = Scope.Parse(row.GetString("Scope")),
            RedirectUris = Columns.Split(row.GetString("RedirectUris")),
            Native = row.GetBoolean("Native") is true,
            AuthMethod = row.GetString("AuthMethod"),
            Jwks = row.GetString("Jwks"),
            RequireDpop = row.GetBoolean("RequireDpop") is true,
            AccessTokenSeconds = row.GetInt32("AccessTokenSeconds")!.Value,
            SessionIdleSeconds = row.GetInt32("SessionIdleSeconds")!.Value,
            SessionSeconds = row.GetInt32("SessionSeconds")!.Value,
            RetryWindowSeconds = row.GetInt32("RetryWindowSeconds")!.Value,
            // Rows from before these columns lack them; what is missing is the safe choice.
            IdTokenAlgorithm = row.GetString("IdTokenAlgorithm") ?? "RS256",
            RequirePushedRequests = row.GetBoolean("RequirePushedRequests") is true,
            RequirePkce = row.GetBoolean("RequirePkce") is not false,
            LegacyImplicit = row.GetBoolean("LegacyImplicit") is true,
            FirstParty = row.GetBoolean("FirstParty") is true,
            RelaxedRedirects = row.GetBoolean("RelaxedRedirects") is true,
            ForwardsAddress = row.GetBoolean("ForwardsAddress") is true,
            WebsiteUri = row.GetString("WebsiteUri"),
            LogoUri = row.GetString("LogoUri"),
            PostLogoutRedirectUris = Columns.Split(row.GetString("PostLogoutRedirectUris")),
            RegistrationTokenHash = row.GetString("RegistrationTokenHash"),
            RegisteredAt = row.GetDateTimeOffset("RegisteredAt"),
            OpenlyRegistered = row.GetBoolean("OpenlyRegistered") is true,
            RefreshByCookie = row.GetBoolean("RefreshByCookie") is true,
            RegisteredBy = row.GetString("RegisteredBy"),
            ETag = row.ETag,
        };
}
