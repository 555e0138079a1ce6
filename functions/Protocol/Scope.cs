using System.Buffers;

namespace Latchkey.Protocol;

/// <summary>A set of scope tokens (RFC 6749 §3.3), in the order given, without repeats.</summary>
public sealed class Scope
{
    // scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    static readonly SearchValues<char> TokenChars =
        SearchValues.Create(Enumerable.Range(0x21, 0x5E).Select(c => (char)c).Where(c => c is not ('"' or '\\')).ToArray());

    readonly HashSet<string> tokens;

    Scope(IEnumerable<string> ordered)
    {
        Tokens = [.. ordered.Distinct(StringComparer.Ordinal)];
        tokens = [.. Tokens];
    }

    /// <summary>The empty scope.</summary>
    public static Scope None { get; } = new([]);

    /// <summary>The tokens, in order.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>True if it has no tokens.</summary>
    public bool IsEmpty => Tokens.Count == 0;

    /// <summary>Builds a scope from valid tokens.</summary>
    public static Scope Of(params IEnumerable<string> tokens) => new(tokens);

    /// <summary>Parses a scope parameter; null or empty is <see cref="None"/>.</summary>
    /// <exception cref="OAuthError"><c>invalid_scope</c>: a token has a character that RFC 6749 §3.3 does not allow.</exception>
    public static Scope Parse(string? value)
    {
        if (string.IsNullOrEmpty(value)) return None;
        var parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Any(part => part.AsSpan().ContainsAnyExcept(TokenChars)))
            throw OAuthError.InvalidScope("scope contains a character that RFC 6749 §3.3 does not allow.");
        return new(parts);
    }

    /// <summary>True if the text may be one token (RFC 6749 §3.3).</summary>
    public static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenChars);

    /// <summary>True if the token is in the set (case-sensitive).</summary>
    public bool Has(string token) => tokens.Contains(token);

    /// <summary>The tokens in both scopes, in this scope's order.</summary>
    public Scope Intersect(Scope other) => new(Tokens.Where(other.Has));

    /// <summary>The tokens that the other scope lacks.</summary>
    public Scope Except(Scope other) => new(Tokens.Where(token => !other.Has(token)));

    /// <summary>The wire format: tokens separated by one space.</summary>
    public override string ToString() => string.Join(' ', Tokens);
}
