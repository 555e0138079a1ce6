using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// A JWT signed with a client's own key: a DPoP proof (RFC 9449) or a client assertion (RFC 7523). Reading it proves nothing; only
/// <see cref="IsSignedBy"/> does.
/// </summary>
public sealed class ForeignJwt
{
    const int MaxChars = 8 * 1024;

    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };
    static readonly JsonDocumentOptions StrictJson = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    // The keys come from strangers, who could fill a cache of them.
    static readonly CryptoProviderFactory Uncached = new() { CacheSignatureProviders = false };

    readonly JsonWebToken jwt;

    ForeignJwt(JsonWebToken jwt, JsonElement header, JsonElement claims) => (this.jwt, Header, Claims) = (jwt, header, claims);

    /// <summary>The signature algorithms that clients may use (RFC 7518 §3.1): only asymmetric ones.</summary>
    public static IReadOnlyList<string> Algorithms { get; } =
        [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    /// <summary>The header, a JSON object.</summary>
    public JsonElement Header { get; }

    /// <summary>The payload, a JSON object.</summary>
    public JsonElement Claims { get; }

    /// <summary>Reads the compact form; null if it is not a JWS of two JSON objects, is over 8 KiB, or has <c>crit</c>.</summary>
    public static ForeignJwt? Read(string encoded)
    {
        if (encoded.Length > MaxChars || encoded.Count(c => c == '.') != 2) return null;
        try
        {
            var jwt = new JsonWebToken(encoded);
            var (header, claims) = (DecodeObject(jwt.EncodedHeader), DecodeObject(jwt.EncodedPayload));
            if (header.ValueKind != JsonValueKind.Object || claims.ValueKind != JsonValueKind.Object) return null;
            // RFC 7515 §4.1.11: no extension is supported, so a critical one is refused.
            return header.TryGetProperty("crit", out _) ? null : new ForeignJwt(jwt, header, claims);
        }
        catch (Exception broken) when (broken is ArgumentException or SecurityTokenException or FormatException
            or JsonException or InvalidOperationException) // The last one: a lone surrogate.
        {
            return null;
        }
    }

    /// <summary>True if one of these keys made the signature with one of <see cref="Algorithms"/>.</summary>
    public async Task<bool> IsSignedBy(IEnumerable<JsonWebKey> keys)
    {
        var result = await Handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = true,
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
            RequireExpirationTime = false,
            CryptoProviderFactory = Uncached,
        });
        return result.IsValid;
    }

    /// <summary>A text claim, or null.</summary>
    public string? Text(string claim) =>
        Claims.TryGetProperty(claim, out var value) ? Text(value) : null;

    /// <summary>The text of a JSON string; null if the value is not a string or contains a lone surrogate.</summary>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A NumericDate claim (RFC 7519 §2); null if it is absent, not a number, or out of range.</summary>
    public DateTimeOffset? Time(string claim) =>
        Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253402300800 // The year 10000.
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    static JsonElement DecodeObject(string encoded)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(encoded), StrictJson);
        return document.RootElement.Clone();
    }
}
