using System.Text;

namespace Latchkey.Files;

/// <summary>The bytes by which files of a type are recognized.</summary>
/// <param name="Bytes">The bytes, a Latin-1 character for each.</param>
/// <param name="Type">The media type.</param>
/// <param name="Offset">Where in the file they are.</param>
/// <param name="IsContainer">True if files of many types begin like this.</param>
sealed record FileSignature(string Bytes, string Type, int Offset = 0, bool IsContainer = false)
{
    /// <summary>The bytes.</summary>
    public byte[] Pattern { get; } = Encoding.Latin1.GetBytes(Bytes);
}

/// <summary>The table of signatures. Types without a signature are recognized by <see cref="ContentSniffer"/>.</summary>
static class FileSignatures
{
    /// <summary>All signatures; the first that matches counts.</summary>
    public static readonly FileSignature[] All =
    [
        // First, because a tape archive begins with the name of its first file, which may look like any other signature.
        new("ustar", "application/x-tar", Offset: 257),
        new("\u00FF\u00D8\u00FF\u00F7", "image/jls"),
        new("\u00FF\u00D8\u00FF", "image/jpeg"),
        new("\u0089PNG\r\n\u001A\n", "image/png"),
        new("GIF87a", "image/gif"),
        new("GIF89a", "image/gif"),
        new("II*\0", "image/tiff", IsContainer: true),
        new("MM\0*", "image/tiff", IsContainer: true),
        new("II+\0", "image/tiff", IsContainer: true),
        new("MM\0+", "image/tiff", IsContainer: true),
        new("IIRO", "image/x-olympus-orf"),
        new("IIRS", "image/x-olympus-orf"),
        new("MMOR", "image/x-olympus-orf"),
        new("IIU\0", "image/x-panasonic-rw2"),
        new("FUJIFILMCCD-RAW", "image/x-fuji-raf"),
        new("II\u00BC\u0001", "image/vnd.ms-photo"),
        new("\0\0\0\u000CJXL \r\n\u0087\n", "image/jxl"),
        new("\0\0\0\u000CjP  \r\n\u0087\n", "image/jp2"),
        new("\u00FFO\u00FFQ", "image/jp2"),
        new("8BPS\0", "image/vnd.adobe.photoshop"),
        new("gimp xcf", "image/x-xcf"),
        new("AT&TFORM", "image/vnd.djvu"),
        new("v/1\u0001", "image/x-exr"),
        new("#?RADIANCE", "image/vnd.radiance"),
        new("DDS \u007C", "image/vnd-ms.dds"),
        new("icns\0", "image/x-icns"),
        new("qoif", "image/qoi"),
        new("\u00D7\u00CD\u00C6\u009A", "image/wmf"),
        new(" EMF", "image/emf", Offset: 40),
        new("DICM", "application/dicom", Offset: 128),
        new("fLaC", "audio/flac"),
        new("MThd\0\0\0\u0006", "audio/midi"),
        new("#!AMR", "audio/amr"),
        new("caff\0", "audio/x-caf"),
        new("MAC ", "audio/x-ape"),
        new("TTA1", "audio/x-tta"),
        new("wvpk", "audio/x-wavpack"),
        new("MP+", "audio/x-musepack"),
        new("MPCK", "audio/x-musepack"),
        new(".snd\0", "audio/basic"),
        new("\u007F\u00FE\u0080\u0001", "audio/vnd.dts"),
        new("0&\u00B2u\u008Ef\u00CF\u0011", "video/x-ms-asf", IsContainer: true),
        new("FLV\u0001", "video/x-flv"),
        new(".RMF\0", "application/vnd.rn-realmedia"),
        new(".ra\u00FD", "application/vnd.rn-realmedia"),
        new("\0\0\u0001\u00BA", "video/mpeg"),
        new("\0\0\u0001\u00B3", "video/mpeg"),
        new("%PDF-", "application/pdf"),
        new("\u00EF\u00BB\u00BF%PDF-", "application/pdf"),
        new("%!PS", "application/postscript"),
        new("\u00C5\u00D0\u00D3\u00C6", "application/postscript"),
        new("{\\rtf", "application/rtf"),
        new("BOOKMOBI", "application/x-mobipocket-ebook", Offset: 60),
        new("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", "application/x-ole-storage", IsContainer: true),
        new("CD001", "application/x-iso9660-image", Offset: 32769),
        new("PK\u0003\u0004", "application/zip", IsContainer: true),
        new("PK\u0005\u0006", "application/zip", IsContainer: true),
        new("PK\u0007\u0008", "application/zip", IsContainer: true),
        new("\u001F\u008B\u0008", "application/gzip", IsContainer: true),
        new("BZh91AY&SY", "application/x-bzip2"),
        new("\u00FD7zXZ\0", "application/x-xz"),
        new("(\u00B5/\u00FD", "application/zstd", IsContainer: true),
        new("\u0004\"M\u0018", "application/x-lz4"),
        new("LZIP\u0001", "application/x-lzip"),
        new("7z\u00BC\u00AF'\u001C", "application/x-7z-compressed"),
        new("Rar!\u001A\u0007", "application/vnd.rar"),
        new("MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
        new("!<arch>\n", "application/x-archive"),
        new("\u00ED\u00AB\u00EE\u00DB", "application/x-rpm"),
        new("xar!", "application/x-xar"),
        new("OTTO\0", "font/ttf"),
        new("ttcf\0", "font/ttf"),
        new("wOFF", "font/woff"),
        new("wOF2", "font/woff2"),
        new("SQLite format 3\0", "application/vnd.sqlite3", IsContainer: true),
        new("\u0089HDF\r\n\u001A\n", "application/x-hdf5", IsContainer: true),
        new("PAR1", "application/vnd.apache.parquet"),
        new("\0\u0001\0\0Standard ", "application/x-msaccess"),
    ];

    /// <summary>Other types that files with the signature of this type may have.</summary>
    public static readonly Dictionary<string, string[]> Ambiguous = new(StringComparer.Ordinal)
    {
        ["image/tiff"] = ["image/x-raw"],
        ["application/pdf"] = ["application/illustrator", "application/postscript"],
        ["application/postscript"] = ["application/illustrator"],
        ["application/gzip"] = ["image/svg+xml", "application/x-blender", "application/x-gnumeric"],
        ["application/zip"] = ["application/x-iso9660-appimage"],
    };
}
