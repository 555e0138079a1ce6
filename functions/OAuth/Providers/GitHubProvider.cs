using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.WebUtilities;

namespace Latchkey.OAuth;

/// <summary>
/// Signs users in at GitHub, or at a GitHub Enterprise Server, which speaks OAuth 2.0 without OpenID Connect: who it is, and which
/// address they have proved, says its API.
/// </summary>
public sealed class GitHubProvider(ProviderTokens tokens, ProviderHttp http)
{
    const string Origin = "https://github.com";

    /// <summary>Where the browser goes to sign in.</summary>
    public static string Address(IdentityProvider provider, ProviderRequest request)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = provider.ClientId,
            ["redirect_uri"] = request.RedirectUri,
            ["scope"] = string.Join(' ', provider.Scopes),
            ["state"] = request.State,
            ["code_challenge"] = Pkce.Challenge(request.Verifier),
            ["code_challenge_method"] = Pkce.Method,
            ["login"] = request.LoginHint,
            ["prompt"] = request.Prompt == Prompt.SelectAccount ? request.Prompt : null,
        };
        return QueryHelpers.AddQueryString($"{provider.Issuer}/login/oauth/authorize", parameters.Where(p => p.Value is not null));
    }

    /// <summary>Who has signed in there.</summary>
    /// <exception cref="ProviderException"></exception>
    public async Task<ProviderIdentity> Redeem(
        Tenant tenant, IdentityProvider provider, ProviderRequest request, ProviderAnswer answer, CancellationToken cancel)
    {
        var response = await tokens.Redeem(tenant, provider, $"{provider.Issuer}/login/oauth/access_token", basic: false, new()
        {
            ["code"] = answer.Code!,
            ["redirect_uri"] = request.RedirectUri,
            ["code_verifier"] = request.Verifier,
        }, cancel);
        var access = response.GetValueOrDefault("access_token") ?? throw ProviderException.Invalid("no access token");
        var api = provider.Issuer == Origin ? "https://api.github.com" : $"{provider.Issuer}/api/v3";
        var claims = ProviderClaims.Read(await http.Get($"{api}/user", access, cancel));
        // The login can be given to somebody else; the id stays.
        var id = claims.One("id") ?? throw ProviderException.Invalid("a user without an id");
        var email = Primary(await http.Get($"{api}/user/emails", access, cancel));
        return new ProviderIdentity(provider.Issuer, id)
        {
            Email = email,
            EmailVerified = email is not null,
            Name = claims.One("name") ?? claims.One("login"),
            Claims = claims,
        };
    }

    // https://docs.github.com/en/rest/users/emails
    static string? Primary(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Array) return null;
            return (from entry in json.RootElement.EnumerateArray()
                    where entry.ValueKind == JsonValueKind.Object && IsTrue(entry, "primary") && IsTrue(entry, "verified")
                    where entry.TryGetProperty("email", out var email) && email.ValueKind == JsonValueKind.String
                    select entry.GetProperty("email").GetString()).FirstOrDefault();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // Half a surrogate pair.
        {
            throw ProviderException.Invalid("addresses are not JSON");
        }

        static bool IsTrue(JsonElement entry, string name) =>
            entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
    }
}
