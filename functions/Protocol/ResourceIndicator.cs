using System.Buffers;

namespace Latchkey.Protocol;

/// <summary>
/// Resource indicators (RFC 8707 §2): absolute URIs that name an API. They are compared as they were registered, and never parsed
/// with .NET's <see cref="Uri"/>, because it rewrites what it parses.
/// </summary>
public static class ResourceIndicator
{
    /// <summary>Maximum length, in characters.</summary>
    public const int MaxChars = 256;

    /// <summary>How many a request may name.</summary>
    public const int MaxPerRequest = 10;

    // The characters of RFC 3986 without '#': a fragment is forbidden (RFC 8707 §2).
    static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]@!$&'()*+,;=%");

    /// <summary>True if the text is an absolute URI without a fragment (RFC 8707 §2, RFC 3986 §4.3).</summary>
    public static bool IsValid(string text)
    {
        if (text.Length is 0 or > MaxChars || text.AsSpan().ContainsAnyExcept(Allowed)) return false;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || colon == text.Length - 1 || !char.IsAsciiLetter(text[0])) return false;
        if (!text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')) return false;
        return !IsWeb(text) || text[(colon + 3)..] is { Length: > 0 } rest && rest[0] is not ('/' or '?');
    }

    /// <summary>
    /// True if both name the same API: character by character, except that an empty path is the same as <c>/</c> (RFC 3986 §6.2.3),
    /// because URL parsers in clients add it.
    /// </summary>
    public static bool AreSame(string one, string other) => string.Equals(Canonical(one), Canonical(other), StringComparison.Ordinal);

    /// <summary>The form in which indicators are compared.</summary>
    public static string Canonical(string text)
    {
        if (!IsWeb(text)) return text;
        var authority = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.AsSpan(authority).IndexOfAny('/', '?');
        if (end < 0) return text + "/";
        return text[authority + end] == '?' ? text.Insert(authority + end, "/") : text;
    }

    static bool IsWeb(string text) =>
        text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal);
}
