using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>The published keys as a JWK Set (RFC 7517 §5): the response of <c>GET /{tenant}/oauth/jwks</c>.</summary>
public sealed class JwkSet(ISigner signer)
{
    /// <summary>The set as UTF-8 JSON. Members are written by name, so no private one can leak.</summary>
    /// <exception cref="SigningUnavailableException">No key is available at the moment.</exception>
    public async Task<byte[]> Json(string tenant, CancellationToken cancel)
    {
        var keys = await signer.PublicKeys(tenant, cancel);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var key in keys) Write(json, key);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    static void Write(Utf8JsonWriter json, JsonWebKey key)
    {
        json.WriteStartObject();
        json.WriteString("kty", key.Kty);
        json.WriteString("use", key.Use);
        json.WriteString("alg", key.Alg);
        json.WriteString("kid", key.Kid);
        if (key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve)
        {
            json.WriteString("crv", key.Crv);
            json.WriteString("x", key.X);
            json.WriteString("y", key.Y);
        }
        else
        {
            json.WriteString("n", key.N);
            json.WriteString("e", key.E);
        }
        json.WriteEndObject();
    }
}
