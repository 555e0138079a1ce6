using System.Text.Json;
using Latchkey.Keys;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Http;

/// <summary>The contents of a verified access token (RFC 9068 §2.2).</summary>
/// <param name="Tenant">The tenant that issued it (<c>tid</c>).</param>
/// <param name="Subject">The user's id, or the client's id if there is no user.</param>
/// <param name="ClientId">The client that it was issued to, by the id under which it is stored.</param>
/// <param name="Scope">Its scope.</param>
/// <param name="TokenId">Its <c>jti</c>.</param>
/// <param name="SessionId">Its session (<c>sid</c>), or null for a client's own token.</param>
public sealed record AccessToken(
    string Tenant, string Subject, string ClientId, Scope Scope, string TokenId, string? SessionId)
{
    /// <summary>What the sender must hold (<c>cnf</c>).</summary>
    public KeyBinding Binding { get; init; } = KeyBinding.None;

    /// <summary>The thumbprint of the key that it is bound to (RFC 9449 §6.1), or null.</summary>
    public string? Jkt => Binding.Jkt;

    /// <summary>How the user signed in (RFC 9068 §2.2.1); null for a client's own token.</summary>
    public TokenAuthentication? Authentication { get; init; }

    /// <summary>The clients that act for the user, the latest first (<c>act</c>, RFC 8693 §4.1).</summary>
    public IReadOnlyList<string> Actors { get; init; } = [];

    /// <summary>Its <c>aud</c>: the API that it is for (RFC 9068 §2.2).</summary>
    public string Audience { get; init; } = "";

    /// <summary>Its <c>iat</c>.</summary>
    public DateTimeOffset IssuedAt { get; init; }

    /// <summary>Its <c>exp</c>.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>
/// Authentication, the first layer of a protected endpoint: verifies that an access token (RFC 6750 §2.1, RFC 9449 §7.1) is one
/// of our JWTs (RFC 9068 §4), signed with its own tenant's key and not expired. Whether the token belongs to the tenant of the
/// endpoint is checked in the next layer.
/// </summary>
public sealed class BearerToken(ISigner signer, TimeProvider clock)
{
    const int MaxChars = 8 * 1024;

    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    readonly VerifiedTokens verified = new();

    /// <summary>Verifies a token. If it is bound to a key, the caller must check that the sender holds the key.</summary>
    /// <param name="encoded">The JWT.</param>
    /// <param name="issuerOf">Returns a tenant's issuer, or null if the tenant does not exist.</param>
    /// <param name="cancel">Cancels the wait for keys.</param>
    /// <exception cref="Problem">401 <c>invalid_token</c>, with the reason.</exception>
    /// <exception cref="SigningUnavailableException">The keys that verify it are not available.</exception>
    public async Task<AccessToken> Verify(string encoded, Func<string, ValueTask<string?>> issuerOf, CancellationToken cancel)
    {
        if (encoded.Length <= MaxChars && verified.Find(encoded) is { } known && await IsStillValid(known, issuerOf, cancel))
            return known.Token;
        var token = await Verify(encoded, issuerOf, forAnyApi: false, cancel);
        verified.Add(encoded, token);
        return token.Token;
    }

    async Task<bool> IsStillValid(VerifiedToken known, Func<string, ValueTask<string?>> issuerOf, CancellationToken cancel) =>
        clock.GetUtcNow() < known.Token.ExpiresAt
            && await issuerOf(known.Token.Tenant) == known.Issuer
            && (await signer.PublicKeys(known.Token.Tenant, cancel)).Any(key => key.Kid == known.Kid);

    async Task<VerifiedToken> Verify(
        string encoded, Func<string, ValueTask<string?>> issuerOf, bool forAnyApi, CancellationToken cancel)
    {
        var jwt = Read(encoded);
        if (Claim(jwt, "tid") is not { } tenant || await issuerOf(tenant) is not { } issuer)
            throw Problem.Unauthorized("The access token is from an unknown tenant.");
        var result = await Validate(jwt, issuer, forAnyApi, await signer.PublicKeys(tenant, cancel));
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException) // The keys may have rotated since they were cached.
            result = await Validate(jwt, issuer, forAnyApi, await signer.RenewedPublicKeys(tenant, cancel));
        if (!result.IsValid) throw Problem.Unauthorized(Why(result.Exception));
        var token = new AccessToken(tenant, Required(jwt, "sub"), ClientIdUrl.StoredId(Required(jwt, "client_id")),
            Scope.Parse(Claim(jwt, "scope")), Required(jwt, "jti"), Claim(jwt, "sid"))
        {
            Audience = jwt.Audiences.FirstOrDefault() ?? "",
            Actors = ActorChain.Read(jwt),
            Binding = KeyBinding.Read(jwt),
            Authentication = jwt.TryGetPayloadValue<long>("auth_time", out var time) && Claim(jwt, "acr") is { } acr
                ? new TokenAuthentication(time, acr, jwt.TryGetPayloadValue<string[]>("amr", out var amr) ? amr : []) : null,
            IssuedAt = jwt.IssuedAt,
            ExpiresAt = jwt.ValidTo,
        };
        return new VerifiedToken(token, issuer, jwt.Kid);
    }

    /// <summary>What <c>aud</c> names our own file API, whose tokens may do nothing else: <c>{issuer}/files</c> (RFC 9728 §1.2).</summary>
    public static string FilesAudience(string issuer) => $"{issuer}/files";

    Task<TokenValidationResult> Validate(JsonWebToken jwt, string issuer, bool forAnyApi, IReadOnlyList<JsonWebKey> keys) =>
        Handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidateAudience = !forAnyApi,
            ValidAudiences = [issuer, FilesAudience(issuer)], // A token for another API is not for us (RFC 9068 §4).
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["at+jwt"],
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = false,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            LifetimeValidator = (_, expires, _, _) => expires is { } at && clock.GetUtcNow().UtcDateTime < at,
        });

    /// <summary>
    /// Verifies a token of this tenant, whichever API it is for, in order to tell about it or to revoke it; null if it is invalid for
    /// any reason.
    /// </summary>
    /// <exception cref="SigningUnavailableException">The keys that verify it are not available.</exception>
    public async Task<AccessToken?> TryVerify(string encoded, string tenant, string issuer, CancellationToken cancel)
    {
        try
        {
            return (await Verify(encoded, id => new(id == tenant ? issuer : null), forAnyApi: true, cancel)).Token;
        }
        catch (Problem problem) when (problem.Status == 401)
        {
            return null;
        }
    }

    /// <summary>The token in the Authorization header or, if a form comes without that header, in the form (RFC 6750 §2.2).</summary>
    /// <exception cref="Problem">401: no token, or not exactly one Bearer or DPoP token.</exception>
    /// <exception cref="OAuthError"><c>invalid_request</c>: two tokens (RFC 6750 §3.1), or an invalid form.</exception>
    public static async Task<SentToken> SentInBodyToo(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) || !Body.Is(request, "application/x-www-form-urlencoded")) return Sent(request);
        if ((await Form.Read(request))["access_token"] is not { } token) return Sent(request);
        if (request.Headers.Authorization.Count > 0)
            throw OAuthError.InvalidRequest("The access token is sent both in the header and in the form.");
        return new SentToken(token, WithProof: false);
    }

    /// <summary>The token in the Authorization header.</summary>
    /// <exception cref="Problem">401: no token, or not exactly one Bearer or DPoP token.</exception>
    public static SentToken Sent(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        if (headers.Count == 0) throw Problem.Unauthorized("An access token is required.", tokenSent: false);
        if (headers.Count > 1) throw MoreThanOne();
        var parts = headers.ToString().Split(' ', 2, StringSplitOptions.TrimEntries);
        var withProof = parts[0].Equals("DPoP", StringComparison.OrdinalIgnoreCase);
        if (!withProof && !parts[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            throw Problem.Unauthorized("The access token must be sent as a Bearer or a DPoP token.", tokenSent: false);
        if (parts.Length < 2 || parts[1].Length == 0) throw Malformed();
        if (parts[1].Contains(',')) throw MoreThanOne(); // The Functions host joins headers of the same name; a token has no comma.
        return new SentToken(parts[1], withProof);
    }

    static JsonWebToken Read(string encoded)
    {
        if (encoded.Length > MaxChars) throw Malformed();
        try
        {
            return new JsonWebToken(encoded);
        }
        catch (Exception broken) when (broken is ArgumentException or SecurityTokenException or FormatException
            or JsonException or InvalidOperationException) // The last: half a surrogate pair.
        {
            throw Malformed();
        }
    }

    static Problem MoreThanOne() => Problem.Unauthorized("The request has more than one Authorization header.");

    static Problem Malformed() => Problem.Unauthorized("The access token is malformed.");

    static string? Claim(JsonWebToken jwt, string name) =>
        jwt.TryGetPayloadValue<string>(name, out var value) && value is { Length: > 0 } ? value : null;

    static string Required(JsonWebToken jwt, string name) =>
        Claim(jwt, name) ?? throw Problem.Unauthorized($"The access token has no {name}.");

    static string Why(Exception? fault) => fault switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => "The access token has expired.",
        SecurityTokenInvalidTypeException => "The token is not an access token.",
        SecurityTokenInvalidAudienceException => "The access token is for another audience.",
        SecurityTokenInvalidIssuerException => "The access token is from another issuer.",
        _ => "The access token's signature is invalid.",
    };
}
