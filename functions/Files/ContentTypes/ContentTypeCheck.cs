using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The result of comparing a file's bytes with its declared type.</summary>
/// <param name="StoredType">The type under which the file is stored and served; null if it is refused.</param>
/// <param name="ActualType">The recognized type, which a tenant's list of allowed types has to include.</param>
sealed record TypeVerdict(string? StoredType, string ActualType);

/// <summary>
/// Compares a file's declared type with its bytes, so that a page or a program can't pass as a picture. Active content, and bytes that
/// certainly belong to another family, are refused. Within a family the recognized type counts. If no type is recognized, the declared
/// one counts.
/// </summary>
static class ContentTypeCheck
{
    // Audio, video and images that are text and may look like code: playlists, drawings in C, and TypeScript, which browsers call
    // an MPEG transport stream because both have the extension .ts.
    static readonly HashSet<string> TextualMedia = new(StringComparer.Ordinal)
    {
        "video/mp2t", "video/x-ms-asf", "audio/mpegurl", "audio/x-mpegurl", "audio/x-scpls", "audio/scpls", "video/vnd.mpegurl",
        "image/x-xpixmap", "image/x-xpm", "image/x-xbitmap", "image/x-xbm", "image/vnd.dxf", "image/x-dxf", "image/x-portable-anymap",
        "image/x-portable-bitmap", "image/x-portable-graymap", "image/x-portable-pixmap", "image/fits", "image/vnd.zbrush.pcx",
    };

    /// <summary>Compares the declared type with the bytes.</summary>
    /// <param name="contentType">The declared type.</param>
    /// <param name="head">The first 64 KiB of the file, or all of it.</param>
    public static TypeVerdict Compare(string contentType, ReadOnlySpan<byte> head)
    {
        var declared = Essence(contentType);
        var family = MediaNames.FamilyOf(declared);
        var found = ContentSniffer.Sniff(head);
        if (MediaNames.Canonical(declared) == MediaNames.OctetStream) return new(contentType, found?.Type ?? declared);
        if (IsDoubtfulMedia(declared, found, head))
        {
            var mayBeCode = TextualMedia.Contains(MediaNames.Canonical(declared));
            if (Markup.FindHidden(head, mayBeCode) is { } hidden) return new(null, hidden);
        }
        // A fragment of HTML may also be another kind of XML. For a declared type outside the text family it counts as a page.
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
            // Everything is bytes, and much is text, so these two entries allow only exactly these types.
            : MediaNames.Canonical(allowed) == MediaNames.Canonical(type)
                || (MediaNames.Canonical(allowed) is not (MediaNames.OctetStream or "text/plain") && MediaNames.IsKindOf(type, allowed)));
    }

    // An entry like image/* is compared with the canonical name, because some call a PDF image/pdf. Audio and video share formats, so
    // for them the declared name counts as well.
    static string[] Names(string type) => !MediaNames.IsKnown(type) || MediaNames.FamilyOf(type) == MediaFamily.Media
        ? [type, MediaNames.Canonical(type)] : [MediaNames.Canonical(type)];

    /// <summary>The media type without parameters, in lower case.</summary>
    public static string Essence(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    // The bytes certainly don't have the declared type.
    static TypeVerdict Mismatch(string contentType, string declared, MediaFamily family, SniffedContent found, ReadOnlySpan<byte> head)
    {
        var actualFamily = MediaNames.FamilyOf(found.Type);
        var isMarkup = actualFamily == MediaFamily.Text || found.Type == "image/svg+xml";
        // Whoever opens a text sees markup as text. A type that is unknown can't be contradicted.
        if (isMarkup && IsFreeText(declared, family)) return new(contentType, declared == "text/plain" ? found.Type : declared);
        if (family == MediaFamily.Unknown) return new(contentType, found.IsContainer || isMarkup ? declared : found.Type);
        if (family == MediaFamily.Text && !isMarkup && actualFamily != MediaFamily.Program && Markup.IsText(head))
            return new(contentType, found.Type);
        // An image of an unknown type may well be a ZIP or OLE container (CorelDRAW, FlashPix).
        if (family == MediaFamily.Media && found.IsContainer && !MediaNames.IsKnown(declared)) return new(contentType, declared);
        if (isMarkup || family != actualFamily || (family == MediaFamily.Text && IsXml(declared))) return new(null, found.Type);
        if (found.IsContainer && !MediaNames.IsKnown(declared)) return new(contentType, declared);
        var type = declared.StartsWith("audio/", StringComparison.Ordinal) ? AsAudio(found.Type, head) : found.Type;
        return new(type, type);
    }

    // A video container may hold only audio. Recorders declare it under many names.
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

    // A signature at the start of a text proves little: "GIF89a=1;" is a valid script.
    static bool IsDoubtfulMedia(string declared, SniffedContent? found, ReadOnlySpan<byte> head)
    {
        if (!IsBinaryMedia(declared)) return false;
        return found is null || (IsBinaryMedia(found.Type) && Markup.IsText(head));
    }

    static bool IsBinaryMedia(string type) => MediaNames.FamilyOf(type) == MediaFamily.Media && !IsXml(type);

    static bool IsXml(string declared) => MediaNames.IsKindOf(declared, "application/xml");
}
