using System.Text.Json;
using Latchkey.Access;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Registers clients and changes their registrations (RFC 7591, RFC 7592). A secret is shown once, when it is made.</summary>
public sealed class Registrations(ClientStore clients, IEnumerable<IGrant> grants, Settings settings, TimeProvider clock)
{
    // RFC 7592 §2.2: a client must not send what the server sets.
    static readonly string[] SetByServer =
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

    /// <summary>Registers a client under a new id.</summary>
    /// <param name="request">The request with the metadata.</param>
    /// <param name="open">True if nobody vouches for the client. It can then act for users only, never for itself.</param>
    /// <param name="spend">Uses up the caller's right to register, once the metadata has been checked.</param>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c></exception>
    public async Task<Dictionary<string, object>> Add(TenantRequest request, bool open, Func<Task> spend)
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
        var offer = Offered(request.Tenant, blank);
        var client = ClientMetadata.Apply(blank, await MetadataReader.Read(request.Http), offer, settings.Development);
        var secret = WithSecret(ref client);
        await spend();
        // The id is new, so a retry after a lost answer finds its own row.
        await clients.Save(request.Tenant, client, request.Cancel);
        return Describe(request.Tenant, client, token, secret);
    }

    /// <summary>Replaces the metadata of a client (RFC 7592 §2.2), except what an administrator has set.</summary>
    /// <returns>The response; null if the client was changed or deleted meanwhile.</returns>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c></exception>
    public async Task<Dictionary<string, object>?> TryReplace(TenantRequest request, Client client, string token)
    {
        var json = await MetadataReader.Read(request.Http);
        if (json.Text("client_id", 64) != client.Id) throw MetadataReader.Fault("client_id is missing or names another client.");
        if (Array.Find(SetByServer, json.Has) is { } field) throw MetadataReader.Fault($"Only the server sets {field}.");
        if (json.Text("client_secret", 100) is { } sent && !client.HasSecret(sent, clock.GetUtcNow()))
            throw MetadataReader.Fault("client_secret is wrong.");
        var applied = ClientMetadata.Apply(client, json, Offered(request.Tenant, client), settings.Development);
        var next = RegisteredFields.Keep(client, applied);
        var secret = WithSecret(ref next);
        return await clients.TryReplace(request.Tenant, next, request.Cancel) ? Describe(request.Tenant, next, token, secret) : null;
    }

    /// <summary>What is registered (RFC 7591 §3.2.1, RFC 7592 §3). The token is the caller's registration access token.</summary>
    public static Dictionary<string, object> Describe(Tenant tenant, Client client, string token, string? secret = null)
    {
        var response = new Dictionary<string, object>
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
        if (client.BackchannelLogoutUri is { } logout)
        {
            response["backchannel_logout_uri"] = logout;
            response["backchannel_logout_session_required"] = client.BackchannelLogoutSession;
        }
        if (client.WebsiteUri is { } site) response["client_uri"] = site;
        if (client.LogoUri is { } logo) response["logo_uri"] = logo;
        if (client.Jwks is { } jwks) response["jwks"] = JsonElement.Parse(jwks);
        if (client.JwksUri is { } address) response["jwks_uri"] = address;
        if (client.CertificateSubject is { } subject) response[$"tls_client_auth_{subject.Type}"] = subject.Value;
        if (client.CertificateBoundTokens) response["tls_client_certificate_bound_access_tokens"] = true;
        // RFC 7591 has no such member. Clients ignore unknown members, and developers read this one.
        var warnings = client.RedirectUris.Select(RedirectUri.Warning).OfType<string>().ToList();
        if (warnings.Count > 0) response["warnings"] = warnings;
        if (secret is null) return response;
        response["client_secret"] = secret;
        response["client_secret_expires_at"] = 0; // It never expires: RFC 7591 §3.2.1.
        return response;
    }

    // Only an operator can give the password grant. Acting without a user needs an operator who vouches for the client.
    internal RegistrationOffer Offered(Tenant tenant, Client client) => new(
        [.. grants.Select(grant => grant.Type).Where(type => type is not (GrantType.Password or GrantType.TokenExchange)
            && !(client.OpenlyRegistered && type == GrantType.ClientCredentials))], ClientMetadata.OfferedScope(tenant));

    // A client that authenticates with a secret gets one if it has none. Any other client loses its secrets.
    static string? WithSecret(ref Client client)
    {
        var usesSecret = client.AuthMethod is ClientAuthMethod.Basic or ClientAuthMethod.Post;
        if (usesSecret && client.SecretHashes.Count > 0) return null;
        var secret = usesSecret ? Ids.NewSecret() : null;
        client = client with { SecretHashes = secret is null ? [] : [Client.HashSecret(secret)] };
        return secret;
    }
}
