using System.Text.Json;

namespace Latchkey.OAuth;

/// <summary>What a provider sends with the browser (RFC 6749 §4.1.2, RFC 9207 §2).</summary>
/// <param name="Code">The authorization code, or null.</param>
/// <param name="Error">The error code, or null.</param>
/// <param name="Issuer">Who answers, or null.</param>
/// <param name="User">Apple: the user's name as JSON, only at the first time; or null.</param>
public sealed record ProviderAnswer(string? Code, string? Error, string? Issuer, string? User)
{
    /// <summary>Maximum length of a code or a name, in characters.</summary>
    public const int MaxChars = 8000;

    static readonly string[] NameParts = ["firstName", "lastName"];

    /// <summary>The user's name as Apple tells it, or null. It is not signed, so it is only a display name.</summary>
    public string? AppleName
    {
        get
        {
            try
            {
                if (User is null || User.Length > MaxChars) return null;
                using var json = JsonDocument.Parse(User);
                if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("name", out var name)
                    || name.ValueKind != JsonValueKind.Object) return null;
                var parts = from part in NameParts
                            where name.TryGetProperty(part, out var value) && value.ValueKind == JsonValueKind.String
                            select name.GetProperty(part).GetString()!.Trim();
                return string.Join(' ', parts.Where(part => part.Length > 0)) is { Length: > 0 } whole ? whole : null;
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException) // Half a surrogate pair.
            {
                return null;
            }
        }
    }
}

/// <summary>Who somebody is at a provider. Everything has been checked.</summary>
/// <param name="Issuer">The issuer.</param>
/// <param name="Subject">The subject, unique at the issuer.</param>
public sealed record ProviderIdentity(string Issuer, string Subject)
{
    /// <summary>The email address, or null.</summary>
    public string? Email { get; init; }

    /// <summary>The provider says that the address is the user's.</summary>
    public bool EmailVerified { get; init; }

    /// <summary>The display name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The values of each claim, as texts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Claims { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();
}
