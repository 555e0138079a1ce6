using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Latchkey.Tests.OAuth;

/// <summary>A key of an app's own, with which it signs proofs and assertions; independent of the code under test.</summary>
sealed class AppKey : IDisposable
{
    readonly AsymmetricAlgorithm key;

    AppKey(string algorithm, AsymmetricAlgorithm key) => (Algorithm, this.key) = (algorithm, key);

    public string Algorithm { get; }

    public static AppKey New(string algorithm = "ES256", int rsaBits = 2048) =>
        new(algorithm, algorithm.StartsWith("ES", StringComparison.Ordinal)
            ? ECDsa.Create(algorithm == "ES384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256)
            : RSA.Create(rsaBits));

    public JsonObject Public(bool withPrivate = false)
    {
        if (key is RSA rsa)
        {
            var n = rsa.ExportParameters(false);
            return new() { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(n.Modulus), ["e"] = Base64Url.EncodeToString(n.Exponent) };
        }
        var q = ((ECDsa)key).ExportParameters(withPrivate);
        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = Algorithm == "ES384" ? "P-384" : "P-256",
            ["x"] = Base64Url.EncodeToString(q.Q.X),
            ["y"] = Base64Url.EncodeToString(q.Q.Y),
        };
        if (withPrivate) jwk["d"] = Base64Url.EncodeToString(q.D);
        return jwk;
    }

    /// <summary>A JWK Set of this key alone.</summary>
    public string Set(string? kid = null)
    {
        var jwk = Public();
        if (kid is not null) jwk["kid"] = kid;
        return new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString();
    }

    /// <summary>RFC 7638: the required members in order, without spaces.</summary>
    public string Thumbprint
    {
        get
        {
            var jwk = Public();
            var json = jwk["kty"]!.ToString() == "EC"
                ? $$"""{"crv":"{{jwk["crv"]}}","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}"""
                : $$"""{"e":"{{jwk["e"]}}","kty":"RSA","n":"{{jwk["n"]}}"}""";
            return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        }
    }

    public string Sign(JsonObject header, JsonObject claims)
    {
        var text = $"{Part(header.ToJsonString())}.{Part(claims.ToJsonString())}";
        return $"{text}.{Base64Url.EncodeToString(Signature(Encoding.ASCII.GetBytes(text)))}";
    }

    public void Dispose() => key.Dispose();

    public static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    byte[] Signature(byte[] data) => key switch
    {
        ECDsa ec => ec.SignData(data, Algorithm == "ES384" ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256),
        RSA rsa => rsa.SignData(data, HashAlgorithmName.SHA256, Algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
        _ => throw new InvalidOperationException(),
    };
}
