using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What a developer enters about an app in a form.</summary>
/// <param name="Type"><c>native</c>, <c>web</c>, <c>browser</c> or <c>service</c>; fixed once it is registered.</param>
/// <param name="Name">The name that users see.</param>
/// <param name="Website">The app's https address, or null.</param>
/// <param name="RedirectUris">The redirect URIs as entered.</param>
/// <param name="PostLogoutRedirectUris">The redirect URIs after signing out, as entered.</param>
public sealed record AppFields(
    string Type, string Name, string? Website, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> PostLogoutRedirectUris)
{
    /// <summary>The type of a client that was registered by a form.</summary>
    public static string TypeOf(Client client) =>
        client.Native ? "native"
        : !client.Grants.Contains(GrantType.AuthorizationCode) ? "service"
        : client.IsPublic ? "browser" : "web";
}

/// <summary>
/// Apps that developers register by a form (SCHEMA.md, table DeveloperApps). The checks are those of the registration
/// endpoint (<see cref="ClientMetadata"/>), legacy grants are never given, and only the developer who registered an app can
/// see or change it here.
/// </summary>
public sealed class DeveloperApps(StorageClients storage, ClientStore clients, Registrations registrations, TimeProvider clock)
{
    const int MaxSecrets = 4;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.DeveloperApps));

    /// <summary>How long a secret stays valid after a new one was made.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <summary>A new id for an app whose form is shown now.</summary>
    public static string NewId() => Ids.New();

    /// <summary>The developer's apps, ordered by name.</summary>
    public async Task<IReadOnlyList<Client>> List(Tenant tenant, User developer, CancellationToken cancel)
    {
        var ids = await table.Keys(RowKeys.UserPartition(tenant.Id, developer.Id), "", "~", cancel).ToListAsync(cancel);
        var found = await Task.WhenAll(ids.Select(id => Find(tenant, developer, id, cancel)));
        return [.. found.OfType<Client>().OrderBy(client => client.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>One of the developer's apps as it is stored now, or null.</summary>
    public async Task<Client?> Find(Tenant tenant, User developer, string id, CancellationToken cancel) =>
        await clients.FindNow(tenant, id, cancel) is { } client && client.RegisteredBy == developer.Id ? client : null;

    /// <summary>Registers an app. Its id comes from the form, so that a form that is sent twice registers one app.</summary>
    /// <returns>The client, and its secret if it has one; no client if the id is already registered.</returns>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c></exception>
    public async Task<(Client? Client, string? Secret)> TryAdd(
        Tenant tenant, User developer, string id, AppFields fields, CancellationToken cancel)
    {
        var blank = new Client
        {
            Id = id,
            Name = "",
            Grants = [],
            Scope = Scope.None,
            RegisteredAt = clock.GetUtcNow(),
            RegisteredBy = developer.Id,
        };
        var client = Apply(tenant, blank, fields);
        var secret = client.IsPublic ? null : Ids.NewSecret();
        if (secret is not null) client = client with { SecretHashes = [Client.HashSecret(secret)] };
        // The list entry comes first: so an app is never missing from the list. An entry without an app is not shown.
        await table.Put(new TableEntity(RowKeys.UserPartition(tenant.Id, developer.Id), id), cancel);
        return await clients.TryAdd(tenant, client, cancel) ? (client, secret) : (null, null);
    }

    /// <summary>
    /// Changes what the form shows, except what an administrator has set; false if the app was changed or deleted since it was
    /// read.
    /// </summary>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c></exception>
    public Task<bool> TryEdit(Tenant tenant, Client client, AppFields fields, CancellationToken cancel)
    {
        var edited = RegisteredFields.Keep(client, Apply(tenant, client, fields with { Type = AppFields.TypeOf(client) }));
        return clients.TryReplace(tenant, client with
        {
            Name = edited.Name,
            WebsiteUri = edited.WebsiteUri,
            RedirectUris = edited.RedirectUris,
            PostLogoutRedirectUris = edited.PostLogoutRedirectUris,
        }, cancel);
    }

    /// <summary>
    /// Makes a new secret; older secrets expire after <see cref="Overlap"/>. Null if the app was changed since it was read.
    /// </summary>
    /// <exception cref="Http.Problem">409 <c>secret_set</c>: an administrator made the newest secret.</exception>
    public async Task<string?> TryRotate(Tenant tenant, Client client, CancellationToken cancel)
    {
        if (client.SetByAdministrator.Contains(RegisteredFields.Secret))
            throw Http.Problem.Conflict("secret_set", "An administrator has set this app's secret. Ask them for a new one.");
        var (secret, now) = (Ids.NewSecret(), clock.GetUtcNow());
        var old = client.LiveSecretHashes(now).Take(MaxSecrets - 1).Select(hash => Client.WithExpiry(hash, now + Overlap));
        var next = client with { SecretHashes = [Client.HashSecret(secret), .. old] };
        return await clients.TryReplace(tenant, next, cancel) ? secret : null;
    }

    /// <summary>Ends all secrets except the newest; false if the app was changed since it was read.</summary>
    public Task<bool> TryEndOldSecrets(Tenant tenant, Client client, CancellationToken cancel) =>
        clients.TryReplace(tenant, client with { SecretHashes = [.. client.SecretHashes.Take(1)] }, cancel);

    /// <summary>Deletes an app, and its list entry last.</summary>
    public async Task Delete(Tenant tenant, User developer, Client client, CancellationToken cancel)
    {
        await clients.Delete(tenant, client.Id, cancel);
        await table.TryDelete(RowKeys.UserPartition(tenant.Id, developer.Id), client.Id, cancel);
    }

    /// <summary>Removes the list entries of a deleted developer. The apps stay, for the tenant's administrators.</summary>
    public Task Forget(Tenant tenant, string developerId, CancellationToken cancel) =>
        table.Clear(RowKeys.UserPartition(tenant.Id, developerId), "", "~", cancel);

    Client Apply(Tenant tenant, Client client, AppFields fields)
    {
        string[] userGrants = [GrantType.AuthorizationCode, GrantType.RefreshToken];
        var (grants, method) = fields.Type switch
        {
            "native" => (userGrants, ClientAuthMethod.None),
            "web" => (userGrants, ClientAuthMethod.Basic),
            "browser" => (userGrants, ClientAuthMethod.None),
            "service" => ([GrantType.ClientCredentials], ClientAuthMethod.Basic),
            _ => throw MetadataReader.Fault("The type of app is not supported."),
        };
        var metadata = new Dictionary<string, object?>
        {
            ["application_type"] = fields.Type == "native" ? "native" : "web",
            ["grant_types"] = grants,
            ["token_endpoint_auth_method"] = method,
            ["client_name"] = fields.Name,
            ["client_uri"] = fields.Website,
            ["redirect_uris"] = fields.RedirectUris,
            ["post_logout_redirect_uris"] = fields.PostLogoutRedirectUris,
        };
        var json = MetadataReader.Parse(JsonSerializer.SerializeToUtf8Bytes(metadata));
        var applied = ClientMetadata.Apply(client, json, registrations.Offered(tenant, client), development: false);
        // Whoever gets a script into the app could read a refresh token, so scripts never see it.
        return applied with { RefreshByCookie = fields.Type == "browser" };
    }
}
