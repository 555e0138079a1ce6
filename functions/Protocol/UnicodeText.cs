using System.Text;

namespace Latchkey.Protocol;

/// <summary>Normalizes text from outside (UAX #15).</summary>
public static class UnicodeText
{
    /// <summary>
    /// The text in this form. U+FFFE and lone surrogates are replaced by U+FFFD first: .NET cannot normalize them, and a sender can
    /// put them into any string.
    /// </summary>
    public static string Normalize(string text, NormalizationForm form) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0xFFFE ? Rune.ReplacementChar : rune)).Normalize(form);
}
