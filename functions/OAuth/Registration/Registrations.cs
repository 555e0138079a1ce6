using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>Makes and changes clients by their own metadata (RFC 7591, RFC 7592). Secrets are said once, when they are made.</summary>
public sealed class Registrations(ClientStore clients, IEnumerable<IGrant> grants, TimeProvider clock)
{
    // RFC 7592 §2.2: what the server said, a client must not say.
    static readonly string[] ServersOwn =
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

    /// <summary>Registers a client under an id of our making.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="request">The request with the metadata.</param>
    /// <param name="open">Nobody vouches for it: it acts for users only, never for itself.</param>
    /// <param name="spend">Uses up the caller's right to register, once the metadata is known to be good.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c></exception>
    public async Task<Dictionary<string, object>> Add(
        Tenant tenant, HttpRequest request, bool open, Func<Task> spend, CancellationToken cancel)
    {
        var token = Ids.NewSecret();
        var blank = new Client
        {
            Id = Ids.New(),
            Name = "",
            Grants = [],
            Scope = Scope.None,
            RegistrationTokenHash = Client.HashSecret(token),
            RegisteredAt = clock.GetUtcNow(),
            OpenlyRegistered = open,
        };
        var client = ClientMetadata.Apply(blank, await MetadataReader.Read(request), Offered(blank));
        var secret = WithSecret(ref client);
        await spend();
        await clients.Save(tenant, client, cancel); // Under a fresh id: a retry after a lost answer finds its own row.
        return Answer(tenant, client, token, secret);
    }

    /// <summary>Replaces the metadata of a client (RFC 7592 §2.2), but for what an administrator has set.</summary>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c></exception>
    public async Task<Dictionary<string, object>?> TryReplace(
        Tenant tenant, Client client, string token, HttpRequest request, CancellationToken cancel)
    {
        var json = await MetadataReader.Read(request);
        if (json.Text("client_id", 64) != client.Id) throw MetadataReader.Fault("client_id must be there and be this client's.");
        if (Array.Find(ServersOwn, json.Has) is { } own) throw MetadataReader.Fault($"{own} is not the client's to say.");
        if (json.Text("client_secret", 100) is { } sent && !client.HasSecret(sent, clock.GetUtcNow()))
            throw MetadataReader.Fault("client_secret is not this client's.");
        var next = RegisteredFields.Keep(client, ClientMetadata.Apply(client, json, Offered(client)));
        var secret = WithSecret(ref next);
        return await clients.TryReplace(tenant, next, cancel) ? Answer(tenant, next, token, secret) : null;
    }

    /// <summary>What is registered (RFC 7591 §3.2.1, RFC 7592 §3). The token is the one that the caller holds.</summary>
    public Dictionary<string, object> Answer(Tenant tenant, Client client, string token, string? secret = null)
    {
        var answer = new Dictionary<string, object>
        {
            ["client_id"] = client.Id,
            ["client_id_issued_at"] = client.RegisteredAt!.Value.ToUnixTimeSeconds(),
            ["registration_access_token"] = token,
            ["registration_client_uri"] = $"{tenant.Issuer}/oauth/register/{client.Id}",
            ["client_name"] = client.Name,
            ["application_type"] = client.Native ? "native" : "web",
            ["token_endpoint_auth_method"] = client.AuthMethod,
            ["grant_types"] = client.Grants,
            ["response_types"] = client.Grants.Contains(GrantType.AuthorizationCode) ? (string[])["code"] : [],
            ["redirect_uris"] = client.RedirectUris,
            ["post_logout_redirect_uris"] = client.PostLogoutRedirectUris,
            ["scope"] = client.Scope.ToString(),
            ["id_token_signed_response_alg"] = client.IdTokenAlgorithm,
            ["dpop_bound_access_tokens"] = client.RequireDpop,
            ["require_pushed_authorization_requests"] = client.RequirePushedRequests,
        };
        if (client.WebsiteUri is { } site) answer["client_uri"] = site;
        if (client.LogoUri is { } logo) answer["logo_uri"] = logo;
        if (client.Jwks is { } jwks) answer["jwks"] = JsonElement.Parse(jwks);
        // No member of RFC 7591: a client ignores what it does not know, and its developer reads it.
        if (client.RedirectUris.Select(RedirectUri.Warning).OfType<string>().ToList() is { Count: > 0 } warnings) answer["warnings"] = warnings;
        if (secret is null) return answer;
        answer["client_secret"] = secret;
        answer["client_secret_expires_at"] = 0; // Never: RFC 7591 §3.2.1.
        return answer;
    }

    // The password grant is an operator's to give; so is acting without a user, unless an operator vouched.
    internal List<string> Offered(Client client) =>
        [.. grants.Select(grant => grant.Type).Where(type => type != GrantType.Password
            && !(client.OpenlyRegistered && type == GrantType.ClientCredentials))];

    // A client that proves itself by a secret gets one if it has none; any other loses those that it had.
    static string? WithSecret(ref Client client)
    {
        var bySecret = client.AuthMethod is ClientAuthMethod.Basic or ClientAuthMethod.Post;
        if (bySecret && client.SecretHashes.Count > 0) return null;
        var secret = bySecret ? Ids.NewSecret() : null;
        client = client with { SecretHashes = secret is null ? [] : [Client.HashSecret(secret)] };
        return secret;
    }
}
