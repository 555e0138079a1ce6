using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>The style sheet of a tenant's pages. It is inline and allowed by its hash, so that a page needs only one request.</summary>
/// <param name="Css">The text of the style element.</param>
/// <param name="Hash">Its CSP hash source.</param>
/// <param name="LogoUri">The logo's address if it is safe in a page and in a header; otherwise null.</param>
public sealed record Style(string Css, string Hash, string? LogoUri)
{
    const string DefaultColor = "#2f5bd0";

    static readonly string Sheet = ReadSheet();

    /// <summary>The style of a tenant. A malformed colour or logo is ignored.</summary>
    public static Style Of(Tenant? tenant)
    {
        var color = tenant?.Color is { } chosen && IsColor(chosen) ? chosen : DefaultColor;
        var (css, hash) = Make(color); // Not cached: it takes microseconds, and there are 16 million colours.
        return new Style(css, hash, tenant?.LogoUri is { } logo && IsLogo(logo) ? logo : null);
    }

    /// <summary>The CSP source that allows exactly this inline text.</summary>
    public static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    static (string Css, string Hash) Make(string color)
    {
        var css = $":root{{--accent:{color};--on-accent:{(IsLight(color) ? "#14161a" : "#ffffff")}}}\n{Sheet}";
        return (css, HashOf(css));
    }

    static bool IsColor(string text) => text.Length == 7 && text[0] == '#' && text.Skip(1).All(char.IsAsciiHexDigit);

    // No characters that could end a CSP source, and no query.
    static bool IsLogo(string text) => text.StartsWith("https://", StringComparison.Ordinal) && text.Length <= 300
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '/' or ':' or '%');

    // WCAG 2.2 relative luminance: above 0.18, dark text has the better contrast.
    static bool IsLight(string color)
    {
        double Channel(int at)
        {
            var value = int.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5) > 0.179;
    }

    static string ReadSheet()
    {
        using var reader = new StreamReader(typeof(Style).Assembly.GetManifestResourceStream("style.css")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
