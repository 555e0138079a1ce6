using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// What a client's metadata document says (draft-ietf-oauth-client-id-metadata-document, "Client Metadata Document"). Only public clients
/// with PKCE are taken. What Latchkey does not offer is left out, because one document is for all authorization servers.
/// </summary>
static class ClientIdDocument
{
    const int MaxUris = 20;
    const int MaxNameChars = 100;

    /// <summary>Checks what must hold whatever the tenant.</summary>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c>, <c>invalid_redirect_uri</c></exception>
    public static void Check(MetadataReader json, string url)
    {
        if (json.Text("client_id", ClientIdUrl.MaxChars) != url) throw MetadataReader.Fault("Its client_id is not its URL.");
        if (json.Has("client_secret") || json.Has("client_secret_expires_at"))
            throw MetadataReader.Fault("It must not contain a client_secret.");
        if (json.Text("token_endpoint_auth_method", 100) is { } method && method != ClientAuthMethod.None)
            throw MetadataReader.Fault($"Its token_endpoint_auth_method must be {ClientAuthMethod.None}.");
        if (json.Texts("grant_types", MaxUris) is { } grants && !grants.Contains(GrantType.AuthorizationCode))
            throw MetadataReader.Fault("Its grant_types lack authorization_code.");
        var uris = RedirectUris(json);
        var faults = uris.Select(uri => RedirectUri.Fault(uri, native: true));
        if (faults.FirstOrDefault(fault => fault is not null) is { } first) throw OAuthError.InvalidRedirectUri(first);
    }

    /// <summary>The client with what its document says.</summary>
    public static Client Apply(Client client, MetadataReader json, Scope offered)
    {
        var uris = RedirectUris(json);
        var refreshes = json.Texts("grant_types", MaxUris)?.Contains(GrantType.RefreshToken) is true;
        return client with
        {
            Name = json.Name("client_name", MaxNameChars) ?? new Uri(client.MetadataUrl!).Host,
            Grants = refreshes ? [GrantType.AuthorizationCode, GrantType.RefreshToken] : [GrantType.AuthorizationCode],
            AuthMethod = ClientAuthMethod.None,
            Native = uris.Any(RedirectUri.IsOnDevice),
            RedirectUris = uris,
            Scope = json.Text("scope", 1000) is { } text ? offered.Intersect(Scope.Parse(text)) : offered,
            RequireDpop = json.Flag("dpop_bound_access_tokens"),
            RequirePushedRequests = json.Flag("require_pushed_authorization_requests"),
        };
    }

    /// <summary>A stored client with what the document of the other one says.</summary>
    public static Client Copy(Client from, Client to) => to with
    {
        Name = from.Name,
        Grants = from.Grants,
        Native = from.Native,
        RedirectUris = from.RedirectUris,
        Scope = from.Scope,
        RequireDpop = from.RequireDpop,
        RequirePushedRequests = from.RequirePushedRequests,
    };

    /// <summary>True if the documents of both say the same.</summary>
    public static bool AreSame(Client one, Client other) => one.Name == other.Name && one.Native == other.Native
        && one.Grants.SequenceEqual(other.Grants) && one.RedirectUris.SequenceEqual(other.RedirectUris)
        && one.Scope.ToString() == other.Scope.ToString() && one.RequireDpop == other.RequireDpop
        && one.RequirePushedRequests == other.RequirePushedRequests;

    static IReadOnlyList<string> RedirectUris(MetadataReader json) => json.Texts("redirect_uris", MaxUris) is { Count: > 0 } uris
        ? uris : throw OAuthError.InvalidRedirectUri("redirect_uris is missing.");
}
