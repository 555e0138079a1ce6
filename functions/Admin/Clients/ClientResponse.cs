using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A client as the API returns it; the secret only when it is new.</summary>
static class ClientResponse
{
    public static Dictionary<string, object?> Of(Client client, string? secret = null)
    {
        var response = new Dictionary<string, object?>
        {
            ["id"] = client.Id,
            ["name"] = client.Name,
            ["metadataUrl"] = client.MetadataUrl,
            ["authMethod"] = client.AuthMethod,
            ["grants"] = client.Grants,
            ["scope"] = client.Scope.Tokens,
            ["redirectUris"] = client.RedirectUris,
            ["postLogoutRedirectUris"] = client.PostLogoutRedirectUris,
            ["backchannelLogoutUri"] = client.BackchannelLogoutUri,
            ["backchannelLogoutSession"] = client.BackchannelLogoutSession,
            ["native"] = client.Native,
            ["firstParty"] = client.FirstParty,
            ["relaxedRedirects"] = client.RelaxedRedirects,
            ["forwardsAddress"] = client.ForwardsAddress,
            ["legacyImplicit"] = client.LegacyImplicit,
            ["requirePkce"] = client.RequirePkce,
            ["requirePushedRequests"] = client.RequirePushedRequests,
            ["requireDpop"] = client.RequireDpop,
            ["idTokenAlgorithm"] = client.IdTokenAlgorithm,
            ["jwks"] = client.Jwks,
            ["jwksUri"] = client.JwksUri,
            ["certificateSubject"] = client.CertificateSubject is { } subject ? new { type = subject.Type, value = subject.Value } : null,
            ["certificateThumbprints"] = client.CertificateThumbprints,
            ["certificateBoundTokens"] = client.CertificateBoundTokens,
            ["websiteUri"] = client.WebsiteUri,
            ["logoUri"] = client.LogoUri,
            ["accessTokenSeconds"] = client.AccessTokenSeconds,
            ["sessionIdleSeconds"] = client.SessionIdleSeconds,
            ["sessionSeconds"] = client.SessionSeconds,
            ["retryWindowSeconds"] = client.RetryWindowSeconds,
            ["registeredAt"] = client.RegisteredAt?.UtcDateTime,
            ["registeredBy"] = client.RegisteredBy,
            ["registrationToken"] = client.RegistrationTokenHash is not null,
            ["setByAdministrator"] = client.SetByAdministrator,
            ["refreshByCookie"] = client.RefreshByCookie,
        };
        var warnings = client.RedirectUris.Select(RedirectUri.Warning).OfType<string>().ToList();
        if (warnings.Count > 0) response["warnings"] = warnings;
        if (secret is not null) response["secret"] = secret;
        return response;
    }
}
