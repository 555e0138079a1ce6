using Latchkey.Tenancy;


namespace Latchkey.Files;

/// <summary>What becomes of a file whose bytes were looked at.</summary>
/// <param name="StoredType">The type that it is kept and served under; null: it is refused.</param>
/// <param name="ActualType">What it is, which is what a tenant's list of types is asked about; of a refused file what was recognized.</param>
sealed record TypeVerdict(string? StoredType, string ActualType);

/// <summary>
/// Holds the declared type of a file to its bytes, so that a page or a program can't pass as a picture: active content
/// and what is for sure of another family is refused; within a family the file is taken as what it is; what is not
/// recognized is taken as declared.
/// </summary>
static class TypeCheck
{
    // Sound, film and pictures that are text and may look like code: playlists, drawings in C, and TypeScript, which
    // browsers call MPEG transport streams because both end in .ts.
    static readonly HashSet<string> TextualMedia = new(StringComparer.Ordinal)
    {
        "video/mp2t", "video/x-ms-asf", "audio/mpegurl", "audio/x-mpegurl", "audio/x-scpls", "audio/scpls", "video/vnd.mpegurl", "image/x-xpixmap", "image/x-xpm",
        "image/x-xbitmap", "image/x-xbm", "image/vnd.dxf", "image/x-dxf", "image/x-portable-anymap", "image/x-portable-bitmap",
        "image/x-portable-graymap", "image/x-portable-pixmap", "image/fits", "image/vnd.zbrush.pcx",
    };

    /// <summary>Compares.</summary>
    /// <param name="contentType">The declared type, as it is kept.</param>
    /// <param name="head">The first 64 KiB of the file, or all of it.</param>
    public static TypeVerdict Of(string contentType, ReadOnlySpan<byte> head)
    {
        var declared = Essence(contentType);
        var family = MediaNames.FamilyOf(declared);
        var found = ContentSniffer.Sniff(head);
        if (MediaNames.Canonical(declared) == MediaNames.OctetStream) return new(contentType, found?.Type ?? declared);
        // Of a mark on what is otherwise text it is not sure that it is one: "GIF89a=1;" is a script too.
        var isDoubtful = family == MediaFamily.Media && !IsXml(declared) && (found is null || (MediaNames.FamilyOf(found.Type) == MediaFamily.Media && !IsXml(found.Type) && Markup.IsText(head)));
        if (isDoubtful && Markup.FindHidden(head, TextualMedia.Contains(MediaNames.Canonical(declared))) is { } hidden) return new(null, hidden);
        // A fragment may be XML of another kind; where only XML is usual and not text, it is a page.
        var isPage = found is { Type: "text/html" } && family != MediaFamily.Text;
        if (found is null || (found.MayBe(declared) && !isPage)) return new(contentType, declared);
        if (MediaNames.IsKindOf(found.Type, declared)) return new(contentType, found.Type);
        return Mismatch(contentType, declared, family, found, head);
    }

    /// <summary>True if a tenant's list has this type, under any of its names, or one that it is a kind of.</summary>
    public static bool IsAllowed(FileLimits limits, string contentType)
    {
        if (limits.ContentTypes.Count == 0) return true;
        var type = Essence(contentType);
        return limits.ContentTypes.Any(allowed => allowed.EndsWith("/*", StringComparison.Ordinal)
            ? Names(type).Any(name => name.StartsWith(allowed[..^1], StringComparison.Ordinal))
            // All is bytes, and most is text: those two on the list mean themselves alone.
            : MediaNames.Canonical(allowed) == MediaNames.Canonical(type)
                || (MediaNames.Canonical(allowed) is not (MediaNames.OctetStream or "text/plain") && MediaNames.IsKindOf(type, allowed)));
    }

    // Some call a PDF image/pdf: for a whole family the name that is kept counts; sound and film share some.
    static string[] Names(string type) => !MediaNames.IsKnown(type) || MediaNames.FamilyOf(type) == MediaFamily.Media
        ? [type, MediaNames.Canonical(type)] : [MediaNames.Canonical(type)];

    /// <summary>The type without parameters, in lower case.</summary>
    public static string Essence(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    // The bytes are for sure not what was declared.
    static TypeVerdict Mismatch(string contentType, string declared, MediaFamily family, SniffedContent found, ReadOnlySpan<byte> head)
    {
        var really = MediaNames.FamilyOf(found.Type);
        var isMarkup = really == MediaFamily.Text || found.Type == "image/svg+xml";
        // Whoever reads a text reads markup as text; of a type that nobody knows nothing can be said.
        if (isMarkup && IsFreeText(declared, family)) return new(contentType, declared == "text/plain" ? found.Type : declared);
        if (family == MediaFamily.Unknown) return new(contentType, found.IsContainer || isMarkup ? declared : found.Type);
        if (family == MediaFamily.Text && !isMarkup && really != MediaFamily.Program && Markup.IsText(head)) return new(contentType, found.Type);
        // A picture of a kind that nobody knows may well lie in a ZIP or in OLE (CorelDRAW, FlashPix).
        if (family == MediaFamily.Media && found.IsContainer && !MediaNames.IsKnown(declared)) return new(contentType, declared);
        if (isMarkup || family != really || (family == MediaFamily.Text && IsXml(declared))) return new(null, found.Type);
        if (found.IsContainer && !MediaNames.IsKnown(declared)) return new(contentType, declared);
        var type = declared.StartsWith("audio/", StringComparison.Ordinal) ? AsAudio(found.Type, head) : found.Type;
        return new(type, type);
    }

    // What holds film may hold sound alone: recorders write it under many names.
    static string AsAudio(string type, ReadOnlySpan<byte> head) => type switch
    {
        "video/mp4" when head.IndexOf("vide"u8) < 0 => "audio/mp4",
        "video/3gpp" when head.IndexOf("vide"u8) < 0 => "audio/3gpp",
        "video/webm" when head.IndexOf("V_"u8) < 0 => "audio/webm",
        _ => type,
    };

    static bool IsFreeText(string declared, MediaFamily family) => family == MediaFamily.Text && !IsXml(declared)
        && (declared.StartsWith("text/", StringComparison.Ordinal) || MediaNames.IsKindOf(declared, "application/x-shellscript"))
        && !MediaNames.IsKindOf(declared, "application/json");

    static bool IsXml(string declared) => MediaNames.IsKindOf(declared, "application/xml");
}
