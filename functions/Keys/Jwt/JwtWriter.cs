using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Latchkey.Keys;

/// <summary>Writes signed JWTs (RFC 7519 §7.1) in the compact form (RFC 7515 §7.1).</summary>
public sealed class JwtWriter(ISigner signer)
{
    // The result is base64url, never HTML: escaping é and + would only make tokens longer.
    static readonly JsonSerializerOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>True if each signature is a call to the vault, and takes its time.</summary>
    public bool SignsInVault => signer is KeyVaultSigner;

    /// <summary>Signs the claims. The header has <c>alg</c>, <c>kid</c> and <c>typ</c>.</summary>
    /// <param name="tenant">The tenant whose key signs.</param>
    /// <param name="algorithm"><c>ES256</c> or <c>RS256</c>.</param>
    /// <param name="type">The header's <c>typ</c>: <c>at+jwt</c> (RFC 9068 §2.1), <c>logout+jwt</c> (OIDC Back-Channel Logout §2.4) or
    /// <c>JWT</c>.</param>
    /// <param name="claims">The payload: strings, numbers, booleans, lists and objects of them. Times are NumericDates: seconds since 1970,
    /// as <c>long</c>.</param>
    /// <param name="cancel">Cancels the signing.</param>
    /// <exception cref="SigningUnavailableException">No signature is available at the moment.</exception>
    public async Task<string> Write(
        string tenant, string algorithm, string type, IReadOnlyDictionary<string, object> claims, CancellationToken cancel)
    {
        var key = await signer.Current(tenant, algorithm, cancel);
        var header = new Dictionary<string, string> { ["alg"] = key.Algorithm, ["kid"] = key.Kid, ["typ"] = type };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = await signer.Sign(tenant, key, Encoding.ASCII.GetBytes(signed), cancel);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    static string Encode<T>(T value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value, JsonOptions));
}
