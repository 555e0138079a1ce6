using System.Buffers;
using System.Text.RegularExpressions;

namespace Latchkey.Tests;

/// <summary>A log holds what opens something. The message says what kind and which line, and hides the secret itself.</summary>
public sealed class LeakException(string message) : Exception(message);

/// <summary>
/// Searches what was logged or exported for secrets: by their shapes, and for those that are known. `dotnet dev.cs test`
/// uses it too, on the log of the service that the clients' tests run against.
/// </summary>
public static partial class LeakSearch
{
    static readonly (string Kind, Regex Shape)[] Shapes =
    [
        ("a JWT", Jwt()),
        ("a SAS signature", Sas()),
        ("a refresh token", RefreshToken()),
        ("credentials", Authorization()),
        ("a secret in an address or a form", Parameter()),
        ("a demo password or secret", Demo()),
        ("a storage account's key", AccountKey()),
        ("a private key", PrivateKey()),
    ];

    /// <summary>Finds nothing, or throws.</summary>
    /// <param name="lines">What was logged.</param>
    /// <param name="secrets">Secrets that are known, each as it must not appear.</param>
    /// <exception cref="LeakException">Some lines hold something.</exception>
    public static void Search(IEnumerable<string> lines, IReadOnlyCollection<string> secrets)
    {
        var known = SearchValues.Create([.. secrets.Where(secret => secret.Length > 0)], StringComparison.Ordinal);
        var leaks = lines.Select(line => (Kind: Leak(line, known), line)).Where(leak => leak.Kind is not null)
            .Select(leak => $"{leak.Kind}: {Hidden(leak.line, secrets)}").Distinct().ToList();
        if (leaks.Count > 0) throw new LeakException($"{leaks.Count} lines of the log hold secrets:\n{string.Join('\n', leaks.Take(20))}");
    }

    static string? Leak(string line, SearchValues<string> known) =>
        line.AsSpan().ContainsAny(known) ? "a secret that was used" : Array.Find(Shapes, shape => shape.Shape.IsMatch(line)).Kind;

    static string Hidden(string line, IReadOnlyCollection<string> secrets)
    {
        foreach (var secret in secrets.Where(secret => secret.Length > 0)) line = line.Replace(secret, "***", StringComparison.Ordinal);
        return Shapes.Aggregate(line, (text, shape) => shape.Shape.Replace(text, "***"));
    }

    // Header and payload of a JWS: base64url of JSON objects.
    [GeneratedRegex(@"eyJ[\w-]{8,}\.eyJ[\w-]{8,}(\.[\w-]*)?")]
    private static partial Regex Jwt();

    [GeneratedRegex(@"\bsig=(?!REDACTED)[^&\s]+")]
    private static partial Regex Sas();

    // {bucket}.{sessionId}.{counter}.{HMAC-SHA256}
    [GeneratedRegex(@"\b[\w-]+\.[\w-]{22}\.\d+\.[\w-]{43}\b")]
    private static partial Regex RefreshToken();

    [GeneratedRegex(@"\b(Basic|Bearer|DPoP|SharedKey(Lite)?) (?!error)[\w+/=.:~-]{12,}", RegexOptions.IgnoreCase)]
    private static partial Regex Authorization();

    [GeneratedRegex(@"\b(code|access_token|refresh_token|id_token|id_token_hint|client_secret|password|device_code|user_code|code_verifier|client_assertion|subject_token|actor_token)=[^&\s""]{4,}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\b(alice|bob|admin|operator)-password\b|service-secret-for-local-runs-only")]
    private static partial Regex Demo();

    [GeneratedRegex(@"AccountKey=[^;\s]+")]
    private static partial Regex AccountKey();

    [GeneratedRegex(@"BEGIN [A-Z ]*PRIVATE KEY|""d"":""[\w-]{20,}")]
    private static partial Regex PrivateKey();
}
