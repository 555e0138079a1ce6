using System.Security.Cryptography;
using System.Text;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>The style sheet of a tenant's pages. It is inline and allowed by its hash, so that a page needs only one request.</summary>
/// <param name="Css">The text of the style element.</param>
/// <param name="Hash">Its CSP hash source.</param>
/// <param name="LogoUri">The logo's address if it is safe in a page and in a header; otherwise null.</param>
/// <param name="Icon">The icon in the browser's tab: a data URL (RFC 2397).</param>
public sealed record Style(string Css, string Hash, string? LogoUri, string Icon)
{
    // What a button stands on, and the line around it if the tenant's colour hardly differs from that: see style.css.
    const string LightCard = "#ffffff";
    const string LightEdge = "#868e9c";
    const string DarkCard = "#191d24";
    const string DarkEdge = "#6d7685";

    static readonly string Sheet = ReadSheet();

    /// <summary>The style of a tenant. A malformed colour or logo is ignored.</summary>
    public static Style Of(Tenant? tenant)
    {
        var color = BrandColor.Of(tenant);
        var css = SheetFor(color); // Not cached: it takes microseconds, and there are 16 million colours.
        return new Style(css, HashOf(css), tenant?.LogoUri is { } logo && IsLogo(logo) ? logo : null, IconOf(color, tenant?.Name));
    }

    /// <summary>The CSP source that allows exactly this inline text.</summary>
    public static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    /// <summary>The first letter of a name, complete even if it takes several code units.</summary>
    public static string Initial(string name) =>
        System.Globalization.StringInfo.GetNextTextElement(name.Trim() + "·").ToUpperInvariant();

    static string SheetFor(string color) =>
        $":root{{--accent:{color};--on-accent:{BrandColor.TextOn(color)};--accent-edge:{Edge(color, LightCard, LightEdge)}}}\n"
        + $"@media (prefers-color-scheme:dark){{:root{{--accent-edge:{Edge(color, DarkCard, DarkEdge)}}}}}\n{Sheet}";

    static string Edge(string color, string card, string edge) =>
        BrandColor.Contrast(color, card) >= BrandColor.LeastContrast ? color : edge;

    /// <summary>The tenant's initial on its colour, as at the head of the page: an SVG document.</summary>
    /// <param name="color">The colour.</param>
    /// <param name="name">The tenant's name, or null.</param>
    /// <param name="radius">How round the corners are, of 32.</param>
    public static string Svg(string color, string? name, int radius = 9) =>
        $"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='{radius}' fill='{color}'/>"
        + $"<text x='16' y='22' text-anchor='middle' font-family='system-ui,sans-serif' font-size='18' font-weight='700' "
        + $"fill='{BrandColor.TextOn(color)}'>{System.Net.WebUtility.HtmlEncode(Initial(name ?? "·"))}</text></svg>";

    static string IconOf(string color, string? name) => "data:image/svg+xml," + Uri.EscapeDataString(Svg(color, name));

    // No characters that could end a CSP source, and no query.
    static bool IsLogo(string text) => text.StartsWith("https://", StringComparison.Ordinal) && text.Length <= 300
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '/' or ':' or '%');

    static string ReadSheet()
    {
        using var reader = new StreamReader(typeof(Style).Assembly.GetManifestResourceStream("style.css")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
