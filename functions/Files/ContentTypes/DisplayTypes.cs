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
        "image/tiff", "image/webp",
        "audio/3gpp", "audio/aac", "audio/amr", "audio/flac", "audio/m4a", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/opus",
        "audio/wav",
        "audio/webm", "audio/x-m4a", "audio/x-wav",
        "video/3gpp", "video/mp4", "video/mpeg", "video/ogg", "video/quicktime", "video/webm", "video/x-m4v", "video/x-matroska");

    static readonly FrozenSet<string> Active = FrozenSet.Create(StringComparer.Ordinal, "text/html", "text/xml", "text/xsl");

    /// <summary>The type to serve it with, or null if it is only served as an attachment.</summary>
    public static string? ShownAs(string contentType)
    {
        var type = ContentTypeCheck.Essence(contentType);
        return Shown.Contains(type) ? type
            : type.StartsWith("text/", StringComparison.Ordinal) && !Active.Contains(type)
                && !type.EndsWith("+xml", StringComparison.Ordinal)
                ? "text/plain; charset=utf-8" : null;
    }
}
