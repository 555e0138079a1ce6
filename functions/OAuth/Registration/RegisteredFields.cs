using Latchkey.Protocol;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>
/// What an administrator has set of a registered client (<see cref="Client.SetByAdministrator"/>) stays, whatever the client
/// or its developer says of itself later: RFC 7592 §2.2 lets the server replace any value.
/// </summary>
public static class RegisteredFields
{
    /// <summary>The secret: an administrator made the newest. Nobody else gets one then, by a change of the method either.</summary>
    public const string Secret = "secret";

    /// <summary>What is said, but for what an administrator has set.</summary>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c>: the two do not fit.</exception>
    internal static Client Keep(Client client, Client said)
    {
        bool Set(string field) => client.SetByAdministrator.Contains(field, StringComparer.Ordinal);
        return Fitting(said with
        {
            Name = Set("name") ? client.Name : said.Name,
            Native = Set("native") ? client.Native : said.Native,
            Grants = Set("grants") ? client.Grants : said.Grants,
            AuthMethod = Set("authMethod") || Set(Secret) ? client.AuthMethod : said.AuthMethod,
            Jwks = Set("jwks") ? client.Jwks : said.Jwks,
            Scope = Set("scope") ? client.Scope : said.Scope,
            RedirectUris = Set("redirectUris") ? client.RedirectUris : said.RedirectUris,
            PostLogoutRedirectUris = Set("postLogoutRedirectUris") ? client.PostLogoutRedirectUris : said.PostLogoutRedirectUris,
            WebsiteUri = Set("websiteUri") ? client.WebsiteUri : said.WebsiteUri,
            LogoUri = Set("logoUri") ? client.LogoUri : said.LogoUri,
            IdTokenAlgorithm = Set("idTokenAlgorithm") ? client.IdTokenAlgorithm : said.IdTokenAlgorithm,
            RequireDpop = Set("requireDpop") ? client.RequireDpop : said.RequireDpop,
            RequirePushedRequests = Set("requirePushedRequests") ? client.RequirePushedRequests : said.RequirePushedRequests,
        });
    }

    static Client Fitting(Client client)
    {
        if (client.AuthMethod == ClientAuthMethod.None && client.Grants.Contains(GrantType.ClientCredentials))
            throw MetadataReader.Fault("A client without credentials can't use client_credentials; an administrator has set one of the two.");
        if (client.AuthMethod == ClientAuthMethod.PrivateKeyJwt && client.Jwks is null)
            throw MetadataReader.Fault("private_key_jwt, which an administrator has set, needs jwks.");
        if (client.Grants.Contains(GrantType.AuthorizationCode) && client.RedirectUris.Count == 0)
            throw OAuthError.InvalidRedirectUri("The grant authorization_code, which an administrator has set, needs redirect_uris.");
        var uris = client.RedirectUris.Concat(client.PostLogoutRedirectUris);
        return uris.Select(uri => RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects)).FirstOrDefault(fault => fault is not null) is { } fault
            ? throw OAuthError.InvalidRedirectUri(fault) : client;
    }
}
