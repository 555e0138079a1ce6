using System.Collections.Frozen;

namespace Latchkey.Files;

/// <summary>
/// What a browser may show from storage's origin instead of saving it: types that run no script there. HTML, SVG and XML are not among
/// them, and text is text, whatever it says.
/// </summary>
static class DisplayTypes
{
    static readonly FrozenSet<string> Shown = FrozenSet.Create(StringComparer.Ordinal,
        "application/pdf", "image/avif", "image/bmp", "image/gif", "image/heic", "image/heif", "image/jpeg", "image/jxl", "image/png",
        "image/tiff", "image/webp");

    static readonly FrozenSet<string> Active = FrozenSet.Create(StringComparer.Ordinal, "text/html", "text/xml", "text/xsl");

    /// <summary>The type to serve it with, or null if it is only served as an attachment.</summary>
    public static string? ShownAs(string contentType)
    {
        var type = contentType.Split(';')[0].Trim().ToLowerInvariant();
        return Shown.Contains(type) || type.StartsWith("audio/", StringComparison.Ordinal)
            || type.StartsWith("video/", StringComparison.Ordinal)
            ? type
            : type.StartsWith("text/", StringComparison.Ordinal) && !Active.Contains(type) ? "text/plain; charset=utf-8" : null;
    }
}
