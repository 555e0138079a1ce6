using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Fields of a registered client that an administrator has set (<see cref="Client.SetByAdministrator"/>). They stay, whatever
/// the client or its developer registers later: RFC 7592 §2.2 lets the server replace any value.
/// </summary>
public static class RegisteredFields
{
    /// <summary>
    /// The secret. If an administrator made the newest one, nobody else gets another, not even by changing the authentication
    /// method.
    /// </summary>
    public const string Secret = "secret";

    /// <summary>
    /// True if the client's scope is an administrator's choice: it did not register itself, or an administrator set the scope since. Only
    /// then may it change how users sign in (decision 0050).
    /// </summary>
    public static bool HasVouchedScope(Client client) =>
        client.RegisteredAt is null || client.SetByAdministrator.Contains("scope", StringComparer.Ordinal);

    /// <summary>The new registration, with the fields that an administrator has set kept.</summary>
    /// <exception cref="OAuthError">
    /// <c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c>: the new fields do not fit those that stay.
    /// </exception>
    internal static Client Keep(Client client, Client registered)
    {
        bool IsSet(string field) => client.SetByAdministrator.Contains(field, StringComparer.Ordinal);
        return EnsureConsistent(registered with
        {
            Name = IsSet("name") ? client.Name : registered.Name,
            Native = IsSet("native") ? client.Native : registered.Native,
            Grants = IsSet("grants") ? client.Grants : registered.Grants,
            AuthMethod = IsSet("authMethod") || IsSet(Secret) ? client.AuthMethod : registered.AuthMethod,
            // One takes the place of the other.
            Jwks = IsSet("jwks") || IsSet("jwksUri") ? client.Jwks : registered.Jwks,
            JwksUri = IsSet("jwks") || IsSet("jwksUri") ? client.JwksUri : registered.JwksUri,
            CertificateSubject = IsSet("certificateSubject") ? client.CertificateSubject : registered.CertificateSubject,
            CertificateBoundTokens = IsSet("certificateBoundTokens") ? client.CertificateBoundTokens : registered.CertificateBoundTokens,
            Scope = IsSet("scope") ? client.Scope : registered.Scope,
            RedirectUris = IsSet("redirectUris") ? client.RedirectUris : registered.RedirectUris,
            PostLogoutRedirectUris = IsSet("postLogoutRedirectUris") ? client.PostLogoutRedirectUris : registered.PostLogoutRedirectUris,
            BackchannelLogoutUri = IsSet("backchannelLogoutUri") ? client.BackchannelLogoutUri : registered.BackchannelLogoutUri,
            BackchannelLogoutSession =
                IsSet("backchannelLogoutSession") ? client.BackchannelLogoutSession : registered.BackchannelLogoutSession,
            WebsiteUri = IsSet("websiteUri") ? client.WebsiteUri : registered.WebsiteUri,
            LogoUri = IsSet("logoUri") ? client.LogoUri : registered.LogoUri,
            IdTokenAlgorithm = IsSet("idTokenAlgorithm") ? client.IdTokenAlgorithm : registered.IdTokenAlgorithm,
            RequireDpop = IsSet("requireDpop") ? client.RequireDpop : registered.RequireDpop,
            RequirePushedRequests = IsSet("requirePushedRequests") ? client.RequirePushedRequests : registered.RequirePushedRequests,
        });
    }

    static Client EnsureConsistent(Client client)
    {
        if (client.AuthMethod == ClientAuthMethod.None && client.Grants.Contains(GrantType.ClientCredentials))
        {
            throw MetadataReader.Fault(
                "A client that does not authenticate can't use client_credentials; an administrator has set one of the two.");
        }
        if (KeyMetadata.Fault(client) is { } keys)
            throw MetadataReader.Fault($"{client.AuthMethod} does not fit what an administrator has set: {keys.Field} {keys.Why}.");
        if (client.Grants.Contains(GrantType.AuthorizationCode) && client.RedirectUris.Count == 0)
            throw OAuthError.InvalidRedirectUri("The grant authorization_code, which an administrator has set, needs redirect_uris.");
        var uris = client.RedirectUris.Concat(client.PostLogoutRedirectUris);
        var faults = uris.Select(uri => RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects));
        return faults.FirstOrDefault(fault => fault is not null) is { } fault
            ? throw OAuthError.InvalidRedirectUri(fault) : client;
    }
}
