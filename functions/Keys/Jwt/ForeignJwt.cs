using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// A JWT that a client signed with a key of its own: a DPoP proof (RFC 9449) or a client assertion (RFC 7523). Reading
/// one proves nothing; <see cref="IsSignedBy"/> does.
/// </summary>
public sealed class ForeignJwt
{
    private const int MaxChars = 8 * 1024;

    private static readonly string[] algorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];
    private static readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    private static readonly JsonDocumentOptions strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    // The keys come from strangers: a cache of them would be theirs to fill.
    private static readonly CryptoProviderFactory uncached = new() { CacheSignatureProviders = false };

    private readonly JsonWebToken jwt;

    private ForeignJwt(JsonWebToken jwt, JsonElement header, JsonElement claims) => (this.jwt, Header, Claims) = (jwt, header, claims);

    /// <summary>The algorithms that clients may sign with (RFC 7518 section 3.1): asymmetric ones only.</summary>
    public static IReadOnlyList<string> Algorithms => algorithms;

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
            var (header, claims) = (Part(jwt.EncodedHeader), Part(jwt.EncodedPayload));
            if (header.ValueKind != JsonValueKind.Object || claims.ValueKind != JsonValueKind.Object) return null;
            // RFC 7515 section 4.1.11: we understand no extension, so one that is critical is refused.
            return header.TryGetProperty("crit", out _) ? null : new ForeignJwt(jwt, header, claims);
        }
        catch (Exception broken) when (broken is ArgumentException or SecurityTokenException or FormatException
            or JsonException or InvalidOperationException) // The last: half a surrogate pair.
        {
            return null;
        }
    }

    /// <summary>True if one of the keys made the signature, with one of <see cref="Algorithms"/>.</summary>
    public async Task<bool> IsSignedBy(IEnumerable<JsonWebKey> keys)
    {
        var result = await handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = true,
            ValidAlgorithms = algorithms,
            RequireSignedTokens = true,
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
            RequireExpirationTime = false,
            CryptoProviderFactory = uncached,
        });
        return result.IsValid;
    }

    /// <summary>A text claim, or null.</summary>
    public string? Text(string claim) =>
        Claims.TryGetProperty(claim, out var value) ? Text(value) : null;

    /// <summary>A JSON string's text; null if it is no string, or holds half a surrogate pair.</summary>
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

    /// <summary>A NumericDate claim (RFC 7519 section 2), or null if it is absent, no number, or no time.</summary>
    public DateTimeOffset? Time(string claim) =>
        Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253402300800 // The year 10000.
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    private static JsonElement Part(string encoded)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(encoded), strict);
        return document.RootElement.Clone();
    }
}
