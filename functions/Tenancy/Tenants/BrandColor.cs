using System.Globalization;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's colour, on pages and in mails. Every colour is accepted: the text on it is dark or light, whichever is easier to read,
/// and where it hardly differs from what is around it, a line makes the button visible (WCAG 2.2 §1.4.3, §1.4.11).
/// </summary>
public static class BrandColor
{
    const string Default = "#2f5bd0";
    const string Dark = "#14161a";
    const string Light = "#ffffff";
    const string Black = "#000000"; // For greys in the middle, on which neither of the others is good enough.
    const double LeastOfText = 4.5;

    /// <summary>The least contrast of a button's edge with what is around it (WCAG 2.2 §1.4.11).</summary>
    public const double LeastContrast = 3;

    /// <summary>The tenant's colour; the default if it has none or a malformed one.</summary>
    public static string Of(Tenant? tenant) => tenant?.Color is { } chosen && IsColor(chosen) ? chosen : Default;

    /// <summary>True for <c>#</c> and six hexadecimal digits.</summary>
    public static bool IsColor(string text) => text.Length == 7 && text[0] == '#' && text.Skip(1).All(char.IsAsciiHexDigit);

    /// <summary>The colour of text on this colour: at least 4.5 to 1 (WCAG 2.2 §1.4.3).</summary>
    public static string TextOn(string color) =>
        Contrast(color, Light) >= LeastOfText ? Light : Contrast(color, Dark) >= LeastOfText ? Dark : Black;

    /// <summary>The contrast of two colours (WCAG 2.2, "contrast ratio"): from 1 to 21.</summary>
    public static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    static double Luminance(string color)
    {
        double Channel(int at)
        {
            var value = int.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5);
    }
}
