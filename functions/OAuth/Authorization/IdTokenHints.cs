using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.OAuth;

/// <summary>What an ID token of this tenant says, however old it is.</summary>
/// <param name="Subject">The user.</param>
/// <param name="ClientId">The app that the token was issued to, by the id under which it is stored.</param>
/// <param name="SessionId">Its session.</param>
public sealed record IdTokenHint(string Subject, string ClientId, string SessionId);

/// <summary>
/// Reads <c>id_token_hint</c> (OIDC Core §3.1.2.1, RP-Initiated Logout §2): an ID token of this tenant, which may have expired.
/// </summary>
public sealed class IdTokenHints(ISigner signer)
{
    const int MaxChars = 8 * 1024;

    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    /// <summary>What the hint says, or null if it is not an ID token of this tenant.</summary>
    /// <exception cref="SigningUnavailableException">The keys are not available now.</exception>
    public async Task<IdTokenHint?> Read(Tenant tenant, string hint, CancellationToken cancel)
    {
        if (hint.Length > MaxChars) return null;
        var result = await Handler.ValidateTokenAsync(hint, new TokenValidationParameters
        {
            ValidIssuer = tenant.Issuer,
            ValidateAudience = false, // The caller judges whose token it is.
            ValidateLifetime = false,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["JWT"], // An access token is not a hint.
            IssuerSigningKeys = await signer.PublicKeys(tenant.Id, cancel),
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt) return null;
        return jwt.TryGetPayloadValue<string>("sid", out var session) && jwt.Subject.Length > 0 && jwt.Audiences.ToList() is [var client]
            ? new IdTokenHint(jwt.Subject, ClientIdUrl.StoredId(client), session) : null;
    }
}
