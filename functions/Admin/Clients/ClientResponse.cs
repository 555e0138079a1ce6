using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A client as the API returns it; the secret only when it is new.</summary>
static class ClientResponse
{
    public static Dictionary<string, object?> Of(Client client, string? secret = null)
    {
        var answer = new Dictionary<string, object?>
        {
            ["id"] = client.Id,
            ["name"] = client.Name,
            ["authMethod"] = client.AuthMethod,
            ["grants"] = client.Grants,
            ["scope"] = client.Scope.Tokens,
            ["redirectUris"] = client.RedirectUris,
            ["postLogoutRedirectUris"] = client.PostLogoutRedirectUris,
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
        if (client.RedirectUris.Select(RedirectUri.Warning).OfType<string>().ToList() is { Count: > 0 } warnings) answer["warnings"] = warnings;
        if (secret is not null) answer["secret"] = secret;
        return answer;
    }
}
