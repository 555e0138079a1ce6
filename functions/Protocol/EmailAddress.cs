using System.Globalization;

namespace Latchkey.Protocol;

/// <summary>Email addresses, as far as their form can tell (RFC 5321 §4.1.2, RFC 6531).</summary>
public static class EmailAddress
{
    /// <summary>The maximum length in characters (RFC 5321 §4.5.3.1.3, without the angle brackets).</summary>
    public const int MaxChars = 254;

    // RFC 5891: non-transitional, and nothing that a registry would refuse.
    static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>True if the text has the form of an address: one <c>@</c>, a text before it and one behind it, and no spaces.</summary>
    public static bool IsValid(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1 && text.Length <= MaxChars
            && text.All(c => c is > ' ' && c != '\u007f' && !char.IsControl(c) && !char.IsWhiteSpace(c));
    }

    /// <summary>The domain in lower-case ASCII (Punycode); null if the text is no address or has no domain with a dot.</summary>
    public static string? Domain(string text)
    {
        if (!IsValid(text)) return null;
        try
        {
            var domain = Idn.GetAscii(text[(text.IndexOf('@', StringComparison.Ordinal) + 1)..]).ToLowerInvariant();
            return domain.Contains('.', StringComparison.Ordinal) ? domain : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>An address with its domain's Punycode in Unicode; any other text as it is.</summary>
    public static string Unicode(string text)
    {
        if (!IsValid(text) || !text.Contains("xn--", StringComparison.OrdinalIgnoreCase)) return text;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        try
        {
            return $"{text[..at]}@{Idn.GetUnicode(text[(at + 1)..])}";
        }
        catch (ArgumentException)
        {
            return text;
        }
    }
}
