using System.Globalization;
using System.Text;

namespace Latchkey.Files;

/// <summary>
/// A text as it is searched: without case, accents and the variants of compatibility (NFKD, UAX #15), so that <c>ete</c> finds
/// <c>Été</c> and <c>1</c> a full-width one. Marks that make another letter, as in Devanagari, Thai or Japanese, stay.
/// </summary>
static class FoldedText
{
    // A few characters become many: U+FDFA alone 18.
    const int MaxChars = 1024;

    // Letters that people type without what is in them, though Unicode does not take them apart.
    static readonly Dictionary<char, string> Letters = new()
    {
        ['ß'] = "ss",
        ['æ'] = "ae",
        ['œ'] = "oe",
        ['ø'] = "o",
        ['ł'] = "l",
        ['đ'] = "d",
        ['ð'] = "d",
        ['þ'] = "th",
        ['ħ'] = "h",
        ['ı'] = "i",
    };

    /// <summary>The text; of a very long one the beginning.</summary>
    public static string Of(string text)
    {
        var folded = new StringBuilder();
        // To upper case first: letters like σ and ς, which have one upper case, become one.
        foreach (var one in text.Normalize(NormalizationForm.FormKD).ToUpperInvariant().ToLowerInvariant().EnumerateRunes())
        {
            if (folded.Length >= MaxChars) break;
            if (IsIgnored(one)) continue;
            if (!one.IsBmp) folded.Append(one.ToString());
            else if (Letters.TryGetValue((char)one.Value, out var letters)) folded.Append(letters);
            else folded.Append((char)one.Value);
        }
        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>The words of what somebody looks for.</summary>
    public static IReadOnlyList<string> Words(string text) =>
        Of(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The words with one space between them.</summary>
    public static string Normal(string text) => string.Join(' ', Words(text));

    // Accents; the vowel points of Hebrew and Arabic, and what lengthens an Arabic word; variation selectors, which a keyboard may add to
    // an emoji or not; characters that are not seen, but the joiner, which makes one emoji of several.
    static bool IsIgnored(Rune rune) => (rune.IsBmp ? (char)rune.Value : ' ') is (>= '\u0300' and <= '\u036F')
        or (>= '\u0591' and <= '\u05C7') or '\u0640'
        or (>= '\u064B' and <= '\u065F') or '\u0670' or (>= '\u1AB0' and <= '\u1AFF') or (>= '\u1DC0' and <= '\u1DFF')
        or (>= '\u20D0' and <= '\u20FF') or (>= '\uFE00' and <= '\uFE0F') or (>= '\uFE20' and <= '\uFE2F')
        || rune.Value is >= 0xE0100 and <= 0xE01EF
        || (rune.Value != 0x200D && Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format);
}
