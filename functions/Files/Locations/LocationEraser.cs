using System.Text;

namespace Latchkey.Files;

/// <summary>What became of a picture's location.</summary>
enum Erasure
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>It was erased.</summary>
    Done,

    /// <summary>It may have one where it can't be found, or can't be erased without harm.</summary>
    Impossible,
}

/// <summary>
/// Erases where a picture was taken from its metadata, in place: no byte is added or moved, no pixel is decoded. It looks for what may hold
/// a location wherever that is in the file, so it also finds the pictures behind a JPEG's first one, and knows all formats that keep EXIF
/// and XMP as they are: JPEG, PNG, WebP, HEIC, AVIF, TIFF, JPEG XL, GIF.
/// </summary>
static class LocationEraser
{
    /// <summary>Erases it.</summary>
    public static Erasure Erase(Span<byte> bytes)
    {
        if (IsHidden(bytes)) return Erasure.Impossible;
        var budget = new ErasureBudget();
        return PngChunks.IsPng(bytes) ? PngChunks.Erase(bytes, budget) : EraseIn(bytes, budget);
    }

    /// <summary>Erases it in these bytes, which are the whole file, or a part that is for itself.</summary>
    public static Erasure EraseIn(Span<byte> bytes, ErasureBudget budget)
    {
        var found = ExifLocation.Erase(bytes, budget);
        if (found == Erasure.Impossible) return found;
        found = Worse(found, XmpLocation.Erase(bytes));
        return found == Erasure.Impossible ? found : Worse(found, MovieLocation.Erase(bytes));
    }

    /// <summary>The worse of the two.</summary>
    public static Erasure Worse(Erasure one, Erasure other) => one > other ? one : other;

    // BigTIFF; metadata of JPEG XL packed by Brotli, and of HEIF by deflate; XMP in UTF-16, or whose properties have no prefix.
    static bool IsHidden(ReadOnlySpan<byte> bytes) => bytes.StartsWith("II+\0"u8) || bytes.StartsWith("MM\0+"u8)
        || bytes.IndexOf("brobExif"u8) >= 0 || bytes.IndexOf("brobxml "u8) >= 0
        || bytes.IndexOf("application/rdf+xml\0deflate"u8) >= 0
        || bytes.IndexOf(Encoding.Unicode.GetBytes("<rdf:RDF").AsSpan(..^1)) >= 0
        || bytes.IndexOf("xmlns=\"http://ns.adobe.com/exif/"u8) >= 0 || bytes.IndexOf("xmlns='http://ns.adobe.com/exif/"u8) >= 0;
}

/// <summary>The location in a motion photo's film (QuickTime: <c>©xyz</c>, and Apple's key), as ISO 6709 writes it.</summary>
static class MovieLocation
{
    const int MaxChars = 64;
    const int MinDigits = 4; // Of latitude and longitude; a film's own bytes may look like shorter numbers.

    /// <summary>Erases it.</summary>
    public static Erasure Erase(Span<byte> bytes)
    {
        if (bytes.IndexOf((ReadOnlySpan<byte>)[0xA9, (byte)'x', (byte)'y', (byte)'z']) < 0
            && bytes.IndexOf("quicktime.location.ISO6709"u8) < 0) return Erasure.None;
        var found = Erasure.None;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] is not ((byte)'+' or (byte)'-')) continue;
            var length = LengthAt(bytes[at..]);
            if (length == 0) continue;
            bytes.Slice(at, length).Fill((byte)' ');
            (found, at) = (Erasure.Done, at + length);
        }
        return found;
    }

    // Two or three numbers with signs, such as +48.1372+011.5756/.
    static int LengthAt(ReadOnlySpan<byte> bytes)
    {
        var (at, numbers) = (0, 0);
        while (at < Math.Min(bytes.Length, MaxChars) && bytes[at] is (byte)'+' or (byte)'-')
        {
            var digits = 0;
            for (at++; at < bytes.Length && at < MaxChars && (char.IsAsciiDigit((char)bytes[at]) || bytes[at] == '.'); at++) digits++;
            if (digits < (numbers < 2 ? MinDigits : 1)) return 0;
            numbers++;
        }
        return numbers is 2 or 3 ? at : 0;
    }
}
