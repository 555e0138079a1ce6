using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// Parses a public key from a client: in the header of a DPoP proof (RFC 9449 §4.2) or in its registered set (RFC 7591 §2,
/// <c>jwks</c>). Accepts only P-256, and RSA of at least 2048 bits; never a private or symmetric key.
/// </summary>
public static class PublicJwk
{
    const int MaxKeys = 10;
    const int MaxRsaBits = 4096;
    const int MaxExponentBytes = 4;
    const int P256Bytes = 32;

    // RFC 7518 §6.2.2, §6.3.2, §6.4.1: a key with one of these members discloses a secret.
    static readonly string[] SecretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    static readonly JsonDocumentOptions StrictJson = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The key with its public members only.</summary>
    /// <exception cref="FormatException">The key is not acceptable; the message says why and may be sent to the client.</exception>
    public static JsonWebKey Parse(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object) throw new FormatException("A key must be a JSON object.");
        if (HoldsSecret(jwk)) throw Private();
        if (Text(jwk, "use") is { } use && use != JsonWebKeyUseNames.Sig) throw new FormatException("A key's use must be sig.");
        try
        {
            var key = Text(jwk, "kty") switch
            {
                JsonWebAlgorithmsKeyTypes.EllipticCurve => Ec(jwk),
                JsonWebAlgorithmsKeyTypes.RSA => Rsa(jwk),
                _ => throw new FormatException("A key's kty must be EC or RSA."),
            };
            key.Kid = Text(jwk, "kid");
            return key;
        }
        catch (CryptographicException)
        {
            throw new FormatException("The key's numbers are not a valid key.");
        }
    }

    /// <summary>
    /// The keys of a JWK Set (RFC 7517 §5): 1 to 10, with distinct kids. Unsupported keys are ignored, as §5 says, but one key must
    /// be usable. A private key is never ignored.
    /// </summary>
    /// <exception cref="FormatException">The set is not acceptable; the message says why and may be sent to the client.</exception>
    public static IReadOnlyList<JsonWebKey> ParseSet(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, StrictJson);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
                throw new FormatException("jwks must be an object with an array named keys.");
            if (keys.GetArrayLength() is < 1 or > MaxKeys) throw new FormatException($"jwks must have 1 to {MaxKeys} keys.");
            var (parsed, faults) = (new List<JsonWebKey>(), new List<string>());
            foreach (var jwk in keys.EnumerateArray())
            {
                try
                {
                    parsed.Add(Parse(jwk));
                }
                catch (FormatException fault) when (!HoldsSecret(jwk))
                {
                    faults.Add($"Key {parsed.Count + faults.Count + 1}: {fault.Message}");
                }
            }
            if (parsed.Count == 0) throw new FormatException($"jwks has no usable key. {string.Join(' ', faults)}");
            if (parsed.Where(key => key.Kid is not null).GroupBy(key => key.Kid).Any(same => same.Count() > 1))
                throw new FormatException("jwks contains the same kid twice.");
            return parsed;
        }
        catch (JsonException)
        {
            throw new FormatException("jwks is not valid JSON.");
        }
    }

    /// <summary>
    /// The certificates of a JWK Set (RFC 7517 §4.7), as DER: the first of each key's <c>x5c</c>. The keys may be of any kind, but never
    /// private.
    /// </summary>
    /// <exception cref="FormatException">The set is not acceptable; the message says why and may be sent to the client.</exception>
    public static IReadOnlyList<byte[]> Certificates(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, StrictJson);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
                throw new FormatException("jwks must be an object with an array named keys.");
            if (keys.GetArrayLength() is < 1 or > MaxKeys) throw new FormatException($"jwks must have 1 to {MaxKeys} keys.");
            if (keys.EnumerateArray().Any(HoldsSecret)) throw Private();
            var found = keys.EnumerateArray().Select(Certificate).OfType<byte[]>().ToList();
            return found.Count > 0 ? found : throw new FormatException("jwks has no key with a certificate (x5c).");
        }
        catch (JsonException)
        {
            throw new FormatException("jwks is not valid JSON.");
        }
    }

    static byte[]? Certificate(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || !jwk.TryGetProperty("x5c", out var chain)) return null;
        try
        {
            if (chain.ValueKind != JsonValueKind.Array || chain.GetArrayLength() == 0 || ForeignJwt.Text(chain[0]) is not { } text)
                throw new FormatException();
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text));
            return certificate.RawData;
        }
        catch (Exception broken) when (broken is FormatException or CryptographicException)
        {
            throw new FormatException("A key's x5c must be an array of certificates in base64 (RFC 7517 §4.7).");
        }
    }

    static FormatException Private() => new("A key must be public: it has a private or symmetric member.");

    static bool HoldsSecret(JsonElement jwk) =>
        jwk.ValueKind == JsonValueKind.Object && SecretMembers.Any(name => jwk.TryGetProperty(name, out _));

    static JsonWebKey Ec(JsonElement jwk)
    {
        if (Text(jwk, "crv") != JsonWebKeyECTypes.P256) throw new FormatException("An EC key's crv must be P-256.");
        var (x, y) = (Bytes(jwk, "x"), Bytes(jwk, "y"));
        if (x.Length != P256Bytes || y.Length != P256Bytes) throw new FormatException("An EC key's x and y must have 32 bytes.");
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        return PublicKey.Of(key.ExportParameters(false));
    }

    static JsonWebKey Rsa(JsonElement jwk)
    {
        var (n, e) = (Bytes(jwk, "n"), Bytes(jwk, "e"));
        // An upper bound too: verifying a signature with a huge key would be work that any stranger could cause.
        if (n.Length * 8 is < PublicKey.MinRsaBits or > MaxRsaBits || n[0] == 0)
            throw new FormatException($"An RSA key must have {PublicKey.MinRsaBits} to {MaxRsaBits} bits.");
        if (e.Length is 0 or > MaxExponentBytes || e[^1] % 2 == 0 || e is [1])
            throw new FormatException("An RSA key's e must be an odd number of at most 4 bytes, greater than 1.");
        var key = PublicKey.Of(new RSAParameters { Modulus = n, Exponent = e });
        key.Alg = null; // The key may be used with RS256 or PS256.
        return key;
    }

    static string? Text(JsonElement jwk, string name)
    {
        if (!jwk.TryGetProperty(name, out var value)) return null;
        return ForeignJwt.Text(value) ?? throw new FormatException($"A key's {name} must be a string.");
    }

    static byte[] Bytes(JsonElement jwk, string name)
    {
        if (Text(jwk, name) is not { Length: > 0 } text || !Base64Url.IsValid(text) || text.Contains('='))
            throw new FormatException($"A key's {name} must be base64url.");
        return Base64Url.DecodeFromChars(text);
    }
}
