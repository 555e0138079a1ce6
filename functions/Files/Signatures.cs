using System.Text;

namespace Latchkey.Files;

/// <summary>
/// The marks by which formats are known (the first bytes of a file). Where the declared type has one, the bytes must
/// have it too, so that a page or a program can't pass as a picture.
/// </summary>
static class Signatures
{
    delegate bool Mark(ReadOnlySpan<byte> head);

    static readonly Mark Zip = head => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8) || head.StartsWith("PK\x07\x08"u8);
    static readonly Mark Iso = head => IsBox(head, "ftyp");
    static readonly Mark Matroska = Start([0x1A, 0x45, 0xDF, 0xA3]);

    static readonly Dictionary<string, Mark> Marks = new(StringComparer.OrdinalIgnoreCase)
    {
        ["image/jpeg"] = Start([0xFF, 0xD8, 0xFF]),
        ["image/jpg"] = Start([0xFF, 0xD8, 0xFF]),
        ["image/png"] = Start([0x89, .. "PNG\r\n\x1A\n"u8]),
        ["image/gif"] = head => head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8),
        ["image/webp"] = Riff("WEBP"),
        ["image/bmp"] = Start("BM"u8),
        ["image/tiff"] = head => head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8),
        ["image/heic"] = Iso,
        ["image/heif"] = Iso,
        ["image/avif"] = Iso,
        ["video/mp4"] = Iso,
        ["audio/mp4"] = Iso,
        ["audio/x-m4a"] = Iso,
        ["video/3gpp"] = Iso,
        // QuickTime is older than its own mark: such files start with another of its boxes.
        ["video/quicktime"] = head => IsBox(head, "ftyp", "moov", "mdat", "free", "skip", "wide", "pnot"),
        ["video/webm"] = Matroska,
        ["audio/webm"] = Matroska,
        ["video/x-matroska"] = Matroska,
        ["video/x-msvideo"] = Riff("AVI "),
        ["audio/mpeg"] = IsMp3,
        ["audio/mp3"] = IsMp3,
        ["audio/wav"] = Riff("WAVE"),
        ["audio/x-wav"] = Riff("WAVE"),
        ["audio/ogg"] = Start("OggS"u8),
        ["video/ogg"] = Start("OggS"u8),
        ["audio/flac"] = Start("fLaC"u8),
        // ISO 32000 wants it at the start; readers take it anywhere in the first kilobyte, and writers rely on that.
        ["application/pdf"] = head => head.IndexOf("%PDF-"u8) >= 0,
        ["application/gzip"] = Start([0x1F, 0x8B]),
        ["application/zip"] = Zip,
        ["application/epub+zip"] = Zip,
        ["application/vnd.android.package-archive"] = Zip,
    };

    // Marks that one format alone has, long enough not to be an accident. Containers (ZIP, ISO media, Ogg, Matroska) are
    // not among them: they hold many types, which nobody could list.
    static readonly string[] Sure =
        ["image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp", "image/tiff", "video/x-msvideo", "audio/wav", "audio/x-wav", "audio/flac"];

    /// <summary>The types, under all their names, whose mark the bytes bear for sure; none if that can't be said.</summary>
    /// <param name="head">The first kilobyte of the file, or all of it.</param>
    public static IReadOnlyList<string> Surely(ReadOnlySpan<byte> head)
    {
        var types = new List<string>();
        foreach (var type in Sure)
        {
            if (Marks[type](head)) types.Add(type);
        }
        if (head.StartsWith("%PDF-"u8)) types.Add("application/pdf"); // Further inside it may be a text about PDF.
        return types;
    }

    /// <summary>False if the type has a mark that the bytes lack.</summary>
    /// <param name="contentType">The declared type; its parameters don't count.</param>
    /// <param name="head">The first kilobyte of the file, or all of it.</param>
    public static bool Agree(string contentType, ReadOnlySpan<byte> head)
    {
        var type = contentType.Split(';')[0].TrimEnd();
        if (Marks.TryGetValue(type, out var mark)) return mark(head);
        if (IsZipped(type)) return Zip(head);
        return !IsMedia(type) || !IsMarkup(head);
    }

    // Office Open XML and OpenDocument.
    static bool IsZipped(string type) =>
        type.StartsWith("application/vnd.openxmlformats-officedocument.", StringComparison.OrdinalIgnoreCase)
        || type.StartsWith("application/vnd.oasis.opendocument.", StringComparison.OrdinalIgnoreCase);

    // A picture, film or sound of a kind that is not known here; SVG is markup by design.
    static bool IsMedia(string type) =>
        !type.EndsWith("+xml", StringComparison.OrdinalIgnoreCase)
        && Array.Exists(["image/", "video/", "audio/"], kind => type.StartsWith(kind, StringComparison.OrdinalIgnoreCase));

    static bool IsMarkup(ReadOnlySpan<byte> head) =>
        Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n').StartsWith('<');

    static bool IsMp3(ReadOnlySpan<byte> head) =>
        head.StartsWith("ID3"u8) || (head.Length > 1 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0);

    // ISO/IEC 14496-12 §4.2: a box's length, then its type.
    static bool IsBox(ReadOnlySpan<byte> head, params string[] types) =>
        head.Length >= 8 && types.Contains(Encoding.Latin1.GetString(head[4..8]));

    static Mark Start(ReadOnlySpan<byte> mark)
    {
        var bytes = mark.ToArray();
        return head => head.StartsWith(bytes);
    }

    static Mark Riff(string form)
    {
        var bytes = Encoding.ASCII.GetBytes(form);
        return head => head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual(bytes);
    }
}
