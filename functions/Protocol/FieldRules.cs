using System.Globalization;

namespace Latchkey.Protocol;

/// <summary>
/// Rules for texts that strangers choose and pages show, whoever sends them: an administrator, or a client that registers itself
/// (RFC 7591 §2).
/// </summary>
public static class FieldRules
{
    /// <summary>Maximum length of a URI, in characters.</summary>
    public const int MaxUriChars = 512;

    /// <summary>True if people can read the text: it is not blank, and no character hides or reorders the text around it.</summary>
    public static bool IsDisplayText(string text) =>
        !string.IsNullOrWhiteSpace(text) && !text.EnumerateRunes().Any(rune => IsHidden(rune.Value));

    /// <summary>
    /// True if the text is an https URI without userinfo, and without characters that could end a source of a
    /// Content-Security-Policy (CSP3 §2.3.1), an attribute or a header.
    /// </summary>
    public static bool IsHttpsUri(string text) =>
        text.Length <= MaxUriChars && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
        && uri.UserInfo.Length == 0 && text.All(c => c is > ' ' and <= '~' and not ('"' or '<' or '>' or '\\' or '\'' or ';' or ','));

    // U+200C and U+200D join letters and emoji; here every other format character could only mislead.
    static bool IsHidden(int rune) => rune is not (0x200C or 0x200D) && CharUnicodeInfo.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;
}
