using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What a client may register.</summary>
/// <param name="Grants">The grants.</param>
/// <param name="Scope">The scope, which is also what a client gets that names none.</param>
sealed record RegistrationOffer(IReadOnlyList<string> Grants, Scope Scope);

/// <summary>
/// Client metadata (RFC 7591 §2, OpenID Connect Registration §2), checked field by field. Unknown fields are ignored, as §2
/// requires, and do not appear in the response, so that a developer sees what was registered.
/// </summary>
static class ClientMetadata
{
    const int MaxUris = 20;
    const int MaxNameChars = 100;

    /// <summary>
    /// The scope that a client may register: never administration, never <c>account</c>, with which an app could make its users' sign-in
    /// its own (decision 0050), never groups, and of APIs only those that are open to all.
    /// </summary>
    public static Scope OfferedScope(Tenant tenant) =>
        Scope.Of(
            [.. Scopes.All.Except(Scope.Of(Scopes.Admin, Scopes.Account, Scopes.GroupsWrite, Scopes.Messages)).Tokens,
                .. tenant.OpenApiScopes.Tokens]);

    /// <summary>Replaces everything that a client may state about itself.</summary>
    /// <param name="client">The client so far. What an operator set stays.</param>
    /// <param name="json">The metadata.</param>
    /// <param name="offer">What may be registered.</param>
    /// <param name="development">In Development, an app may be on this machine.</param>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c> (§3.2.2).</exception>
    public static Client Apply(Client client, MetadataReader json, RegistrationOffer offer, bool development)
    {
        var native = json.OneOf("application_type", "web", "native") == "native";
        var chosenGrants = Grants(json, offer.Grants);
        json.OneOf("subject_type", "public");
        var method = json.OneOf("token_endpoint_auth_method", ClientAuthMethod.All) ?? ClientAuthMethod.Basic;
        if (method == ClientAuthMethod.None && chosenGrants.Contains(GrantType.ClientCredentials))
            throw MetadataReader.Fault("A client that does not authenticate can't use client_credentials.");
        return client with
        {
            Name = json.Name("client_name", MaxNameChars) ?? client.Id,
            Native = native,
            Grants = chosenGrants,
            AuthMethod = method,
            Jwks = KeyMetadata.Jwks(json, method),
            JwksUri = KeyMetadata.JwksUri(json, development),
            CertificateSubject = KeyMetadata.CertificateSubject(json, method),
            CertificateBoundTokens = json.Flag("tls_client_certificate_bound_access_tokens"),
            Scope = ScopeOf(json, offer.Scope, chosenGrants),
            RedirectUris = RedirectUris(client, json, native, chosenGrants),
            PostLogoutRedirectUris = PostLogoutRedirectUris(client, json, native),
            BackchannelLogoutUri = json.OutboundUri("backchannel_logout_uri", development),
            BackchannelLogoutSession = json.Flag("backchannel_logout_session_required"),
            WebsiteUri = json.HttpsUri("client_uri"),
            LogoUri = json.HttpsUri("logo_uri"),
            IdTokenAlgorithm = json.OneOf("id_token_signed_response_alg", "RS256", "ES256") ?? "RS256",
            RequireDpop = json.Flag("dpop_bound_access_tokens"),
            RequirePushedRequests = json.Flag("require_pushed_authorization_requests"),
        };
    }

    // §2.1: response_types must match grant_types.
    static List<string> Grants(MetadataReader json, IReadOnlyList<string> offered)
    {
        var grants = json.Texts("grant_types", 10)?.Distinct(StringComparer.Ordinal).ToList() ?? [GrantType.AuthorizationCode];
        if (grants.Count == 0) throw MetadataReader.Fault("grant_types is empty.");
        if (grants.Find(grant => !offered.Contains(grant)) is not null)
            throw MetadataReader.Fault($"grant_types may contain: {string.Join(", ", offered)}.");
        var usesCode = grants.Contains(GrantType.AuthorizationCode);
        var responses = json.Texts("response_types", 10) ?? (usesCode ? ["code"] : []);
        if (responses.Any(response => response != "code")) throw MetadataReader.Fault("response_types may contain: code.");
        if (usesCode != responses.Contains("code"))
            throw MetadataReader.Fault("The grant type authorization_code and the response type code must be registered together.");
        return grants;
    }

    static Scope ScopeOf(MetadataReader json, Scope offered, IReadOnlyList<string> grants)
    {
        // Some scopes are about a user, and client_credentials has none.
        var allowed = grants is [GrantType.ClientCredentials] ? offered.Except(Scopes.OfAnyUser) : offered;
        if (json.Text("scope", 1000) is not { } text) return allowed.Except(Scopes.OnlyIfNamed);
        try
        {
            var scope = Scope.Parse(text);
            return !scope.IsEmpty && scope.Except(allowed).IsEmpty ? scope
                : throw MetadataReader.Fault($"scope may contain: {allowed}.");
        }
        catch (OAuthError malformed) when (malformed.Code == "invalid_scope")
        {
            throw MetadataReader.Fault(malformed.Message);
        }
    }

    static IReadOnlyList<string> RedirectUris(Client client, MetadataReader json, bool native, IReadOnlyList<string> grants)
    {
        var uris = json.Texts("redirect_uris", MaxUris) ?? [];
        if (uris.Count == 0 && grants.Contains(GrantType.AuthorizationCode))
            throw OAuthError.InvalidRedirectUri("redirect_uris is missing.");
        return FirstFault(uris, native, client) is { } fault ? throw OAuthError.InvalidRedirectUri(fault) : uris;
    }

    static IReadOnlyList<string> PostLogoutRedirectUris(Client client, MetadataReader json, bool native)
    {
        var uris = json.Texts("post_logout_redirect_uris", MaxUris) ?? [];
        return FirstFault(uris, native, client) is { } fault
            ? throw MetadataReader.Fault($"post_logout_redirect_uris: {fault}") : uris;
    }

    static string? FirstFault(IEnumerable<string> uris, bool native, Client client) =>
        uris.Select(uri => RedirectUri.Fault(uri, native, client.RelaxedRedirects)).FirstOrDefault(fault => fault is not null);
}
