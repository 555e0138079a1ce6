using System.Text.Json;

namespace Latchkey.OAuth;

/// <summary>The claims of an ID token or of a userinfo response, which anybody may have written: read with care.</summary>
public static class ProviderClaims
{
    const int MaxValues = 200;
    const int MaxChars = 1000;

    /// <summary>The members of a JSON object whose values are texts, numbers, booleans, or lists of these; each as texts.</summary>
    /// <exception cref="ProviderException">It is not a JSON object.</exception>
    public static Dictionary<string, IReadOnlyList<string>> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw ProviderException.Invalid("claims are not an object");
            var claims = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject()) claims[member.Name] = Values(member.Value);
            return claims;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // Half a surrogate pair.
        {
            throw ProviderException.Invalid("claims are not JSON");
        }
    }

    /// <summary>A claim's only value, or null.</summary>
    public static string? One(this IReadOnlyDictionary<string, IReadOnlyList<string>> claims, string name) =>
        claims.GetValueOrDefault(name) is [{ Length: > 0 } only] ? only : null;

    static IReadOnlyList<string> Values(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Take(MaxValues).Select(Text).OfType<string>()]
        : Text(value) is { } only ? [only] : [];

    static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: <= MaxChars } text ? text : null,
        JsonValueKind.Number => value.GetRawText() is { Length: <= MaxChars } number ? number : null,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
