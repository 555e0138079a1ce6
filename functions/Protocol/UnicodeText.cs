using System.Text;

namespace Latchkey.Protocol;

/// <summary>Text from outside in a Unicode normalization form (UAX #15).</summary>
public static class UnicodeText
{
    /// <summary>
    /// The text in this form. U+FFFE, and halves of surrogate pairs, become U+FFFD first: .NET has no form for them, and a sender
    /// can put them into any string.
    /// </summary>
    public static string Normalize(string text, NormalizationForm form) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0xFFFE ? Rune.ReplacementChar : rune)).Normalize(form);
}
