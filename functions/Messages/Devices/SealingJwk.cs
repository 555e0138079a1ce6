using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Http;

namespace Latchkey.Messages;

/// <summary>
/// A public key that bodies can be sealed for: P-256 (RFC 7518 §6.2) or X25519 (RFC 8037 §2). Only the members that make the key
/// are kept, in one order, so that the same key is the same text.
/// </summary>
static class SealingJwk
{
    const int Bytes = 32;

    // The points of small order, without the bit that X25519 ignores: whatever is sealed for them anybody opens (RFC 7748 §6.1).
    static readonly string[] Small =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800",
        "5F9C95BCA3508C24B1D0B1559C83EF5B04445CC4581C8E86D8224EDDD09F1157",
        "ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
        "EDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
        "EEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
    ];

    /// <summary>The key as it is stored.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public static string Read(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object) throw Invalid("must be a JWK");
        if (jwk.TryGetProperty("d", out _)) throw Invalid("has a private key: it must stay on the device");
        switch (Text(jwk, "kty"), Text(jwk, "crv"))
        {
            case ("EC", "P-256"):
                var (x, y) = (Coordinate(jwk, "x"), Coordinate(jwk, "y"));
                EnsureOnCurve(x, y);
                return JsonSerializer.Serialize(new { crv = "P-256", kty = "EC", x = Encode(x), y = Encode(y) });
            case ("OKP", "X25519"):
                return JsonSerializer.Serialize(new { crv = "X25519", kty = "OKP", x = Encode(NotSmall(Coordinate(jwk, "x"))) });
            default:
                throw Invalid("must be a P-256 or X25519 key");
        }
    }

    // A point elsewhere would give its sender's secrets away (RFC 7516 §11.1 and invalid curve attacks).
    static void EnsureOnCurve(byte[] x, byte[] y)
    {
        try
        {
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } });
        }
        catch (CryptographicException)
        {
            throw Invalid("is not a point of P-256");
        }
    }

    static byte[] NotSmall(byte[] x)
    {
        byte[] meant = [.. x[..^1], (byte)(x[^1] & 0x7F)];
        return Small.Contains(Convert.ToHexString(meant)) ? throw Invalid("is a point of small order") : x;
    }

    static byte[] Coordinate(JsonElement jwk, string name) =>
        Text(jwk, name) is { Length: < 100 } text && Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is { Length: Bytes } bytes
            ? bytes : throw Invalid($"must have {name} with {Bytes} bytes in base64url");

    static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    static Problem Invalid(string why) => Problem.InvalidField("jwk", why);
}
