using System.Text.Json;
using Latchkey.Keys;

namespace Latchkey.Http;

/// <summary>
/// The JWT of <c>private_key_jwt</c> as sent (RFC 7523 §3). None of its claims is proven before <see cref="IsSignedBy"/>.
/// </summary>
public sealed class ClientAssertion
{
    readonly ForeignJwt jwt;

    ClientAssertion(ForeignJwt jwt) => this.jwt = jwt;

    /// <summary><c>iss</c>, or null.</summary>
    public string? Issuer => jwt.Text("iss");

    /// <summary><c>sub</c>: the client, or null.</summary>
    public string? Subject => jwt.Text("sub");

    /// <summary><c>jti</c>, or null.</summary>
    public string? Id => jwt.Text("jti");

    /// <summary><c>exp</c>, or null.</summary>
    public DateTimeOffset? ExpiresAt => jwt.Time("exp");

    /// <summary>The later of <c>nbf</c> and <c>iat</c>, or null.</summary>
    public DateTimeOffset? NotBefore => jwt.Time("nbf") is { } nbf && !(jwt.Time("iat") > nbf) ? nbf : jwt.Time("iat");

    /// <summary>Reads the compact form; null if it is not a JWT.</summary>
    public static ClientAssertion? Read(string encoded) => ForeignJwt.Read(encoded) is { } jwt ? new(jwt) : null;

    /// <summary>True if a key of this JWK Set signed it.</summary>
    public Task<bool> IsSignedBy(string jwks) => jwt.IsSignedBy(PublicJwk.ParseSet(jwks));

    /// <summary>
    /// True if its audience consists only of these. An assertion that is valid elsewhere too could be replayed here by whoever
    /// received it there.
    /// </summary>
    public bool IsOnlyFor(params string[] ours)
    {
        if (!jwt.Claims.TryGetProperty("aud", out var audience)) return false;
        if (audience.ValueKind != JsonValueKind.Array) return IsOurs(audience);
        return audience.GetArrayLength() > 0 && audience.EnumerateArray().All(IsOurs);

        bool IsOurs(JsonElement one) => ours.Contains(ForeignJwt.Text(one));
    }
}
