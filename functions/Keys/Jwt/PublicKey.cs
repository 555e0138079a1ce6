using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>Builds the published form of a key (RFC 7517 §4, RFC 7518 §6): public members, use, alg, kid.</summary>
static class PublicKey
{
    /// <summary>ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).</summary>
    public const string ES256 = SecurityAlgorithms.EcdsaSha256;

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).</summary>
    public const string RS256 = SecurityAlgorithms.RsaSha256;

    /// <summary>The algorithms of JWTs.</summary>
    public static readonly string[] Algorithms = [ES256, RS256];

    /// <summary>Minimum length of an RSA key (RFC 7518 §3.3).</summary>
    public const int MinRsaBits = 2048;

    const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>The published form of a P-256 key.</summary>
    /// <exception cref="CryptographicException">The key is on another curve.</exception>
    public static JsonWebKey Of(ECParameters key)
    {
        // Windows sets only the friendly name, other platforms the OID too.
        if (key.Curve.Oid.Value != P256 && key.Curve.Oid.FriendlyName is not ("nistP256" or "ECDSA_P256"))
            throw new CryptographicException("An ES256 key must be on the curve P-256.");
        return Named(new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = JsonWebKeyECTypes.P256,
            X = Base64Url.EncodeToString(key.Q.X),
            Y = Base64Url.EncodeToString(key.Q.Y),
        }, ES256);
    }

    /// <summary>The published form of an RSA key.</summary>
    /// <exception cref="CryptographicException">The modulus is shorter than 2048 bits.</exception>
    public static JsonWebKey Of(RSAParameters key)
    {
        if (key.Modulus!.Length * 8 < MinRsaBits)
            throw new CryptographicException($"An RS256 key must have at least {MinRsaBits} bits.");
        return Named(new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.RSA,
            N = Base64Url.EncodeToString(key.Modulus),
            E = Base64Url.EncodeToString(key.Exponent),
        }, RS256);
    }

    static JsonWebKey Named(JsonWebKey key, string algorithm)
    {
        key.Use = JsonWebKeyUseNames.Sig;
        key.Alg = algorithm;
        key.Kid = Base64Url.EncodeToString(key.ComputeJwkThumbprint());
        return key;
    }
}
