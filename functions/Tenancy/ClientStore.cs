using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A tenant's clients (SCHEMA.md, table Clients), cached for seconds.</summary>
public sealed class ClientStore(StorageClients storage, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient("Clients"));
    readonly Cache<Client> cache = new(clock, settings.CacheTime);

    /// <summary>The client, or null; a text that is no client id asks nobody.</summary>
    public ValueTask<Client?> Find(Tenant tenant, string id, CancellationToken cancel) =>
        Client.IsId(id) ? cache.Get($"{tenant.Id}|{id}", () => Load(tenant, id, cancel)) : default;

    /// <summary>Writes a client.</summary>
    public Task Save(Tenant tenant, Client client, CancellationToken cancel) =>
        table.Put(new TableEntity(tenant.Id, client.Id)
        {
            ["Name"] = client.Name,
            ["SecretHashes"] = Columns.Join(client.SecretHashes),
            ["Grants"] = Columns.Join(client.Grants),
            ["Scope"] = client.Scope.ToString(),
            ["RedirectUris"] = Columns.Join(client.RedirectUris),
            ["Native"] = client.Native,
            ["AccessTokenSeconds"] = client.AccessTokenSeconds,
            ["SessionIdleSeconds"] = client.SessionIdleSeconds,
            ["SessionSeconds"] = client.SessionSeconds,
            ["RetryWindowSeconds"] = client.RetryWindowSeconds,
            ["IdTokenAlgorithm"] = client.IdTokenAlgorithm,
            ["RequirePushedRequests"] = client.RequirePushedRequests,
            ["RequirePkce"] = client.RequirePkce,
            ["LegacyImplicit"] = client.LegacyImplicit,
            ["FirstParty"] = client.FirstParty,
            ["WebsiteUri"] = client.WebsiteUri,
            ["LogoUri"] = client.LogoUri,
            ["PostLogoutRedirectUris"] = Columns.Join(client.PostLogoutRedirectUris),
        }, cancel);

    async Task<Client?> Load(Tenant tenant, string id, CancellationToken cancel)
    {
        var row = await table.Find(tenant.Id, id, cancel);
        return row is null ? null : new Client
        {
            Id = id,
            Name = row.GetString("Name"),
            SecretHashes = Columns.Split(row.GetString("SecretHashes")),
            Grants = Columns.Split(row.GetString("Grants")),
            Scope = Scope.Parse(row.GetString("Scope")),
            RedirectUris = Columns.Split(row.GetString("RedirectUris")),
            Native = row.GetBoolean("Native") is true,
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
            WebsiteUri = row.GetString("WebsiteUri"),
            LogoUri = row.GetString("LogoUri"),
            PostLogoutRedirectUris = Columns.Split(row.GetString("PostLogoutRedirectUris")),
        };
    }
}
