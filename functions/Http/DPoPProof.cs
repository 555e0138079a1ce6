using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Http;

/// <summary>A DPoP proof is not acceptable; the message may be sent to the client.</summary>
/// <param name="code"><c>invalid_dpop_proof</c> or <c>use_dpop_nonce</c> (RFC 9449 §12.2).</param>
/// <param name="description">The reason.</param>
public sealed class DPoPFault(string code, string description) : Exception(description)
{
    /// <summary>The wire code.</summary>
    public string Code { get; } = code;

    /// <summary>The proof is invalid (RFC 9449 §5).</summary>
    public static DPoPFault Invalid(string description) => new("invalid_dpop_proof", description);
}

/// <summary>A DPoP proof whose signature and target are correct (RFC 9449 §4.3). The caller must check its freshness.</summary>
/// <param name="Jkt">The RFC 7638 thumbprint of its key (SHA-256, base64url).</param>
/// <param name="Id">Its <c>jti</c>.</param>
/// <param name="IssuedAt">Its <c>iat</c>, by the client's clock.</param>
/// <param name="Nonce">Its server nonce, or null.</param>
/// <param name="AccessTokenHash">Its <c>ath</c>, or null.</param>
public sealed record DPoPProof(string Jkt, string Id, DateTimeOffset IssuedAt, string? Nonce, string? AccessTokenHash)
{
    const int MaxIdChars = 256;

    /// <summary>Reads a proof and checks everything that does not depend on time: RFC 9449 §4.3, items 2 to 9.</summary>
    /// <param name="encoded">The header's value.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="target">The request's URL as clients know it.</param>
    /// <exception cref="DPoPFault"><c>invalid_dpop_proof</c></exception>
    public static async Task<DPoPProof> Read(string encoded, string method, Uri target)
    {
        var jwt = ForeignJwt.Read(encoded) ?? throw DPoPFault.Invalid("The DPoP proof is not a JWT.");
        if (HeaderText(jwt, "typ") != "dpop+jwt") throw DPoPFault.Invalid("The DPoP proof's typ must be dpop+jwt.");
        if (!ForeignJwt.Algorithms.Contains(HeaderText(jwt, "alg") ?? ""))
            throw DPoPFault.Invalid($"The DPoP proof's alg must be one of {string.Join(", ", ForeignJwt.Algorithms)}.");
        var key = Key(jwt);
        if (!await jwt.IsSignedBy([key])) throw DPoPFault.Invalid("The DPoP proof's signature is invalid.");
        if (jwt.Text("htm") != method) throw DPoPFault.Invalid("The DPoP proof's htm must be the request's method.");
        if (!IsTarget(jwt.Text("htu"), target)) throw DPoPFault.Invalid($"The DPoP proof's htu must be {Address(target)}.");
        if (jwt.Text("jti") is not { Length: > 0 and <= MaxIdChars } id)
            throw DPoPFault.Invalid($"The DPoP proof must have a jti of 1 to {MaxIdChars} characters.");
        var issuedAt = jwt.Time("iat") ?? throw DPoPFault.Invalid("The DPoP proof has no iat.");
        var thumbprint = Base64Url.EncodeToString(key.ComputeJwkThumbprint());
        return new DPoPProof(thumbprint, id, issuedAt, jwt.Text("nonce"), jwt.Text("ath"));
    }

    /// <summary>True if the proof was made for this access token: its <c>ath</c> is the token's SHA-256 (RFC 9449 §4.2).</summary>
    public bool IsFor(string accessToken) => AccessTokenHash is not null && CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(AccessTokenHash),
        Encoding.UTF8.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(accessToken)))));

    static JsonWebKey Key(ForeignJwt jwt)
    {
        if (!jwt.Header.TryGetProperty("jwk", out var jwk)) throw DPoPFault.Invalid("The DPoP proof has no jwk.");
        try
        {
            return PublicJwk.Parse(jwk);
        }
        catch (FormatException broken)
        {
            throw DPoPFault.Invalid($"The DPoP proof's jwk is invalid. {broken.Message}");
        }
    }

    // RFC 9449 §4.3, item 9: compared without query and fragment, after the normalization of RFC 3986 §6.2.2 and §6.2.3.
    static bool IsTarget(string? htu, Uri target) =>
        Uri.TryCreate(htu, UriKind.Absolute, out var sent) && Address(sent) == Address(target);

    static string Address(Uri uri) => uri.GetLeftPart(UriPartial.Path);

    static string? HeaderText(ForeignJwt jwt, string name) =>
        jwt.Header.TryGetProperty(name, out var value) ? ForeignJwt.Text(value) : null;
}
