using System.Text;

namespace Latchkey.Files;

/// <summary>What bytes are for sure.</summary>
/// <param name="Type">Their type, under the name that is kept.</param>
/// <param name="AlsoPossible">Other types that such bytes may be as well, as far as can be seen.</param>
/// <param name="IsContainer">Many types look so, more than any table has.</param>
sealed record SniffedContent(string Type, IReadOnlyList<string> AlsoPossible, bool IsContainer = false)
{
    /// <summary>True if bytes of the declared type may look so.</summary>
    public bool MayBe(string declared) => MediaNames.IsKindOf(declared, Type) || AlsoPossible.Any(other => MediaNames.IsKindOf(declared, other));
}

/// <summary>Recognizes files by how they begin. What is too short or too common a mark to be sure of is not recognized.</summary>
static class ContentSniffer
{
    sealed record Signature(string Bytes, string Type, int Offset = 0, bool IsContainer = false)
    {
        public byte[] Pattern { get; } = Encoding.Latin1.GetBytes(Bytes);
    }

    static readonly Signature[] Signatures =
    [
        new("ustar", "application/x-tar", 257), // Before all that a tape begins with, which is the name of its first file.
        new("\u00FF\u00D8\u00FF\u00F7", "image/jls"), new("\u00FF\u00D8\u00FF", "image/jpeg"), new("\u0089PNG\r\n\u001A\n", "image/png"), new("GIF87a", "image/gif"), new("GIF89a", "image/gif"),
        new("II*\0", "image/tiff", 0, true), new("MM\0*", "image/tiff", 0, true), new("II+\0", "image/tiff", 0, true), new("MM\0+", "image/tiff", 0, true),
        new("IIRO", "image/x-olympus-orf"), new("IIRS", "image/x-olympus-orf"), new("MMOR", "image/x-olympus-orf"),
        new("IIU\0", "image/x-panasonic-rw2"), new("FUJIFILMCCD-RAW", "image/x-fuji-raf"), new("II\u00BC\u0001", "image/vnd.ms-photo"),
        new("\0\0\0\u000CJXL \r\n\u0087\n", "image/jxl"), new("\0\0\0\u000CjP  \r\n\u0087\n", "image/jp2"), new("\u00FFO\u00FFQ", "image/jp2"),
        new("8BPS\0", "image/vnd.adobe.photoshop"), new("gimp xcf", "image/x-xcf"), new("AT&TFORM", "image/vnd.djvu"),
        new("v/1\u0001", "image/x-exr"), new("#?RADIANCE", "image/vnd.radiance"), new("DDS \u007C", "image/vnd-ms.dds"), new("icns\0", "image/x-icns"),
        new("qoif", "image/qoi"), new("\u00D7\u00CD\u00C6\u009A", "image/wmf"), new(" EMF", "image/emf", 40), new("DICM", "application/dicom", 128),
        new("fLaC", "audio/flac"), new("MThd\0\0\0\u0006", "audio/midi"), new("#!AMR", "audio/amr"), new("caff\0", "audio/x-caf"),
        new("MAC ", "audio/x-ape"), new("TTA1", "audio/x-tta"), new("wvpk", "audio/x-wavpack"),
        new("MP+", "audio/x-musepack"), new("MPCK", "audio/x-musepack"), new(".snd\0", "audio/basic"), new("\u007F\u00FE\u0080\u0001", "audio/vnd.dts"),
        new("0&\u00B2u\u008Ef\u00CF\u0011", "video/x-ms-asf", 0, true), new("FLV\u0001", "video/x-flv"), new(".RMF\0", "application/vnd.rn-realmedia"),
        new(".ra\u00FD", "application/vnd.rn-realmedia"), new("\0\0\u0001\u00BA", "video/mpeg"), new("\0\0\u0001\u00B3", "video/mpeg"),
        new("%PDF-", "application/pdf"), new("\u00EF\u00BB\u00BF%PDF-", "application/pdf"), new("%!PS", "application/postscript"),
        new("\u00C5\u00D0\u00D3\u00C6", "application/postscript"), new("{\\rtf", "application/rtf"), new("BOOKMOBI", "application/x-mobipocket-ebook", 60),
        new("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", "application/x-ole-storage", 0, true),
        new("CD001", "application/x-iso9660-image", 32769), new("PK\u0003\u0004", "application/zip", 0, true), new("PK\u0005\u0006", "application/zip", 0, true),
        new("PK\u0007\u0008", "application/zip", 0, true), new("\u001F\u008B\u0008", "application/gzip", 0, true), new("BZh91AY&SY", "application/x-bzip2"),
        new("\u00FD7zXZ\0", "application/x-xz"), new("(\u00B5/\u00FD", "application/zstd", 0, true), new("\u0004\"M\u0018", "application/x-lz4"),
        new("LZIP\u0001", "application/x-lzip"), new("7z\u00BC\u00AF'\u001C", "application/x-7z-compressed"), new("Rar!\u001A\u0007", "application/vnd.rar"),
        new("MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"), new("!<arch>\n", "application/x-archive"), new("\u00ED\u00AB\u00EE\u00DB", "application/x-rpm"),
        new("xar!", "application/x-xar"),
        new("OTTO\0", "font/ttf"), new("ttcf\0", "font/ttf"), new("wOFF", "font/woff"), new("wOF2", "font/woff2"),
        new("SQLite format 3\0", "application/vnd.sqlite3", 0, true), new("\u0089HDF\r\n\u001A\n", "application/x-hdf5", 0, true),
        new("PAR1", "application/vnd.apache.parquet"), new("\0\u0001\0\0Standard ", "application/x-msaccess"),
    ];

    // What is looked for where the mark alone does not tell.
    static readonly Dictionary<string, string[]> Ambiguous = new(StringComparer.Ordinal)
    {
        ["image/tiff"] = ["image/x-raw"],
        ["application/pdf"] = ["application/illustrator", "application/postscript"],
        ["application/postscript"] = ["application/illustrator"],
        ["application/gzip"] = ["image/svg+xml", "application/x-blender", "application/x-gnumeric"],
        ["application/zip"] = ["application/x-iso9660-appimage"],
    };

    /// <summary>What the bytes are, or null if that can't be said for sure.</summary>
    /// <param name="head">The first 64 KiB of the file, or all of it.</param>
    public static SniffedContent? Sniff(ReadOnlySpan<byte> head)
    {
        var found = BySignature(head);
        // "MAC address", "FWS 2024", "The free …": text that happens to begin as something does that is never text.
        return found is null || MediaNames.IsKindOf(found.Type, "text/plain") || found.Type is "image/svg+xml" or "application/pdf" || !Markup.IsText(head) ? found : null;
    }

    static SniffedContent? BySignature(ReadOnlySpan<byte> head)
    {
        foreach (var mark in Signatures) // Before scripts: two sounds begin with "#!".
        {
            if (head.Length < mark.Offset + mark.Pattern.Length || !head[mark.Offset..].StartsWith(mark.Pattern)) continue;
            return new(mark.Type, Ambiguous.GetValueOrDefault(mark.Type) ?? [], mark.IsContainer);
        }
        if (head.StartsWith("#!SILK"u8) || head.StartsWith("#!EVS"u8)) return null;
        return Markup.Of(head) ?? Programs.Of(head) ?? Riff(head) ?? IsoMedia.Of(head) ?? Bitmap(head) ?? Matroska(head) ?? Ogg(head)
            ?? TransportStream(head) ?? Mp3.Of(head);
    }

    static SniffedContent? Riff(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12) return null;
        var (start, form) = (Encoding.Latin1.GetString(head[..4]), Encoding.Latin1.GetString(head[8..12]));
        if (start is not ("RIFF" or "RIFX" or "RF64" or "BW64" or "FORM")) return null;
        return form switch
        {
            "WEBP" => new("image/webp", []),
            "WAVE" => new("audio/wav", []),
            "AVI " => new("video/x-msvideo", []),
            "RMID" => new("audio/midi", []),
            "AIFF" or "AIFC" => new("audio/aiff", []),
            _ => null,
        };
    }

    // A bitmap has zeros at 6, and then the size of one of a few headers; an icon has a count of pictures.
    static SniffedContent? Bitmap(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 26 && head.StartsWith("BM"u8) && head[15..18].IndexOfAnyExcept((byte)0) < 0 && head[14] is 12 or 16 or 40 or 52 or 56 or 64 or 108 or 124)
            return new("image/bmp", []);
        var isIcon = head.Length >= 22 && head.StartsWith(new byte[] { 0, 0, 1, 0 }) && head[4] is > 0 and < 64 && head[5] == 0 && head[9] == 0 && head[10] is 0 or 1;
        return isIcon ? new("image/x-icon", []) : null;
    }

    // EBML (RFC 8794 §11.2.4): the element DocType is among the first.
    static SniffedContent? Matroska(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith(new byte[] { 0x1A, 0x45, 0xDF, 0xA3 })) return null;
        var start = head[..Math.Min(head.Length, 128)];
        if (start.IndexOf("webm"u8) >= 0) return new("video/webm", [], true);
        return new("video/matroska", start.IndexOf("matroska"u8) >= 0 ? [] : ["video/webm"], true);
    }

    static SniffedContent? Ogg(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("OggS\0"u8) && !(head.Length == 4 && head.StartsWith("OggS"u8))) return null;
        var isFilm = head[..Math.Min(head.Length, 256)].IndexOf("theora"u8) >= 0;
        return new(isFilm ? "video/ogg" : "audio/ogg", [], true);
    }

    // ISO/IEC 13818-1 §2.4.3.2: a packet of 188 bytes starts with 0x47; on discs four bytes stand before it.
    static SniffedContent? TransportStream(ReadOnlySpan<byte> head)
    {
        foreach (var (first, size) in ((int, int)[])[(0, 188), (4, 192)])
        {
            var packets = 0;
            for (var at = first; at < head.Length && packets < 5 && head[at] == 0x47; at += size) packets++;
            if (packets == 5) return new("video/mp2t", []);
        }
        return null;
    }
}
