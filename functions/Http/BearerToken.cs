using Latchkey.Keys;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Http;

/// <summary>What a verified access token says (RFC 9068 §2.2). Times are as in the token.</summary>
/// <param name="Tenant">The tenant that issued it (<c>tid</c>).</param>
/// <param name="Subject">The user's id, or the client's id if there is no user.</param>
/// <param name="ClientId">The client that it was issued to.</param>
/// <param name="Scope">What it allows.</param>
/// <param name="TokenId">Its <c>jti</c>.</param>
/// <param name="SessionId">Its session (<c>sid</c>), or null for a client's own token.</param>
public sealed record AccessToken(
    string Tenant, string Subject, string ClientId, Scope Scope, string TokenId, string? SessionId);

/// <summary>
/// Authentication, the first layer of a protected endpoint: a bearer token (RFC 6750 §2.1) that is one of our JWTs
/// (RFC 9068 §4), signed by its own tenant's key and alive. Whose endpoint it was sent to is the next layer's question.
/// </summary>
public sealed class BearerToken(ISigner signer, TimeProvider clock)
{
    const int MaxChars = 8 * 1024;

    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    /// <summary>Verifies the request's token.</summary>
    /// <param name="request">The request.</param>
    /// <param name="issuerOf">A tenant's issuer, or null if there is no such tenant.</param>
    /// <param name="cancel">Cancels the wait for keys.</param>
    /// <exception cref="Problem">401 <c>invalid_token</c> and why.</exception>
    /// <exception cref="SigningUnavailableException">The keys to verify with cannot be had.</exception>
    public async Task<AccessToken> Verify(
        HttpRequest request, Func<string, ValueTask<string?>> issuerOf, CancellationToken cancel)
    {
        var jwt = Read(Encoded(request));
        if (Claim(jwt, "tid") is not { } tenant || await issuerOf(tenant) is not { } issuer)
            throw Problem.Unauthorized("The access token names no tenant that is known here.");
        var result = await Validate(jwt, issuer, await signer.PublicKeys(tenant, cancel));
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException) // Rotated since we last looked?
            result = await Validate(jwt, issuer, await signer.RenewedPublicKeys(tenant, cancel));
        if (!result.IsValid) throw Problem.Unauthorized(Why(result.Exception));
        return new AccessToken(tenant, Needed(jwt, "sub"), Needed(jwt, "client_id"),
            Scope.Parse(Claim(jwt, "scope")), Needed(jwt, "jti"), Claim(jwt, "sid"));
    }

    Task<TokenValidationResult> Validate(JsonWebToken jwt, string issuer, IReadOnlyList<JsonWebKey> keys) =>
        Handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = issuer,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["at+jwt"],
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = false,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            LifetimeValidator = (_, expires, _, _) => expires is { } at && clock.GetUtcNow().UtcDateTime < at,
        });

    static string Encoded(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        if (headers.Count == 0) throw Problem.Unauthorized("An access token is needed.", tokenSent: false);
        if (headers.Count > 1) throw Problem.Unauthorized("There is more than one Authorization header.");
        var parts = headers.ToString().Split(' ', 2, StringSplitOptions.TrimEntries);
        if (!parts[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            throw Problem.Unauthorized("The access token must be sent as a Bearer token.", tokenSent: false);
        if (parts.Length < 2 || parts[1].Length is 0 or > MaxChars) throw Malformed();
        return parts[1];
    }

    static JsonWebToken Read(string encoded)
    {
        try
        {
            return new JsonWebToken(encoded);
        }
        catch (Exception broken) when (broken is ArgumentException or SecurityTokenException or FormatException)
        {
            throw Malformed();
        }
    }

    static Problem Malformed() => Problem.Unauthorized("The access token is malformed.");

    static string? Claim(JsonWebToken jwt, string name) =>
        jwt.TryGetPayloadValue<string>(name, out var value) && value is { Length: > 0 } ? value : null;

    static string Needed(JsonWebToken jwt, string name) =>
        Claim(jwt, name) ?? throw Problem.Unauthorized($"The access token has no {name}.");

    static string Why(Exception? fault) => fault switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => "The access token has expired.",
        SecurityTokenInvalidTypeException => "This is not an access token.",
        SecurityTokenInvalidAudienceException => "The access token is for another audience.",
        SecurityTokenInvalidIssuerException => "The access token is from another issuer.",
        _ => "The access token's signature is not valid.",
    };
}
