using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// ID tokens (OIDC Core §2): they tell one client who signed in, when and how. The client's registration chooses the
/// algorithm. They live as long as the access token beside them.
/// </summary>
public sealed class IdTokens(JwtWriter jwt, TimeProvider clock)
{
    /// <summary>The claims that an ID token may contain, as discovery lists them.</summary>
    public static IReadOnlyList<string> Claims { get; } =
        ["iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", .. UserClaims.Names];

    /// <summary>True if a signature takes its time (<see cref="JwtWriter.SignsInVault"/>).</summary>
    public bool AreSignedInVault => jwt.SignsInVault;

    /// <summary>The ID token of a session, or null if the scope lacks <c>openid</c>.</summary>
    /// <param name="grant">
    /// The client is the audience, the session's id the <c>sid</c>; the scopes add their claims (§5.4).
    /// </param>
    /// <param name="nonce">The authorization request's nonce; null at a refresh (§12.2).</param>
    /// <param name="accessToken">The access token beside it, for <c>at_hash</c>; null if there is none.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="OAuthError"><c>invalid_scope</c>: it would be too long.</exception>
    /// <exception cref="SigningUnavailableException">The token can't be signed now.</exception>
    public async Task<string?> For(SessionGrant grant, string? nonce, string? accessToken, CancellationToken cancel)
    {
        var (tenant, client, session, scope) = grant;
        if (!scope.Has(Scopes.OpenId)) return null;
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var person = new Dictionary<string, object>();
        UserClaims.Add(person, ClaimRule.IdToken, new(tenant, client.Id, scope), session.Person);
        // Whatever a claim is called, these are what they are.
        var claims = new Dictionary<string, object>(person)
        {
            ["iss"] = tenant.Issuer,
            ["sub"] = session.UserId,
            ["aud"] = client.ClientId,
            ["iat"] = now,
            ["exp"] = now + client.AccessTokenSeconds,
            ["auth_time"] = session.Authentication.Time.ToUnixTimeSeconds(),
            ["acr"] = session.Authentication.Acr,
            ["amr"] = session.Authentication.Methods,
            ["sid"] = session.Id,
        };
        if (nonce is not null) claims["nonce"] = nonce;
        if (accessToken is not null) claims["at_hash"] = AccessTokenHash(accessToken);
        return UserClaims.Bounded(await jwt.Write(tenant.Id, client.IdTokenAlgorithm, "JWT", claims, cancel), "ID token");
    }

    // §3.1.3.6; both algorithms hash with SHA-256.
    static string AccessTokenHash(string token) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)).AsSpan(0, 16));
}
