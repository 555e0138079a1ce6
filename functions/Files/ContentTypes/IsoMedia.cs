using System.Buffers.Binary;
using System.Text;

namespace Latchkey.Files;

/// <summary>
/// Recognizes the ISO base media format (ISO/IEC 14496-12 §4.2: a box has a length, then a type) and its ancestor QuickTime: MP4, MOV,
/// 3GP, M4A, HEIC, AVIF. The box that names the type need not be the first, and old videos have none.
/// </summary>
static class IsoMedia
{
    static readonly string[] Possible =
    [
        "video/quicktime", "video/mp4", "audio/mp4", "video/3gpp", "video/3gpp2", "image/heic", "image/avif", "image/x-canon-cr3",
    ];

    /// <summary>The type of the bytes, or null.</summary>
    public static SniffedContent? Of(ReadOnlySpan<byte> head)
    {
        var isIsoMedia = false;
        for (var at = 0L; at + 8 <= head.Length;)
        {
            var box = head[(int)at..];
            switch (Encoding.Latin1.GetString(box[4..8]))
            {
                case "ftyp":
                    return ByBrands(box[8..(int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(box), 8, box.Length)]);
                case "moov" or "mdat" or "styp" or "moof" or "pnot":
                    return new("video/mp4", Possible, IsContainer: true);
                case "free" or "skip" or "wide" or "uuid":
                    isIsoMedia = true;
                    break;
                default:
                    return isIsoMedia ? new("video/mp4", Possible, IsContainer: true) : null;
            }
            var size = BinaryPrimitives.ReadUInt32BigEndian(box);
            if (size is 0 or 1) break;
            at += Math.Max(size, 8);
        }
        return isIsoMedia ? new("video/mp4", Possible, IsContainer: true) : null;
    }

    // The major brand decides. If it is a general one, the first specific one among the compatible brands decides (§4.3).
    static SniffedContent ByBrands(ReadOnlySpan<byte> brands)
    {
        var (found, isImage, isAudio) = ((SniffedContent?)null, false, false);
        for (var at = 0; at + 4 <= brands.Length && found is null; at += 4)
        {
            if (at == 4) continue; // The minor version.
            var brand = Encoding.Latin1.GetString(brands[at..(at + 4)]);
            if (at == 0 && brand is "M4V " or "M4VH" or "M4VP") break; // These brands list M4A as compatible, too.
            found = ByBrand(brand, isMajor: at == 0);
            isImage |= brand is "mif1" or "msf1"; // Of any codec; another brand says which.
            isAudio |= brand is "M4A " or "M4B ";
        }
        return found ?? (isImage ? new("image/heic", ["image/avif"])
            : isAudio ? new("audio/mp4", ["video/mp4", "video/3gpp", "video/3gpp2"], IsContainer: true)
            : new("video/mp4", ["audio/mp4", "video/3gpp", "video/3gpp2"], IsContainer: true));
    }

    static SniffedContent? ByBrand(string brand, bool isMajor) => brand switch
    {
        "avif" or "avis" => new("image/avif", []),
        "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" => new("image/heic", []),
        "crx " => new("image/x-canon-cr3", []),
        "qt  " when isMajor => new("video/quicktime", []),
        "M4A " or "M4B " or "M4P " when isMajor => new("audio/mp4", []),
        "jp2 " or "jpx " => new("image/jp2", []),
        ['3', 'g', '2', _] => new("video/3gpp2", ["video/3gpp"]),
        ['3', 'g', _, _] when isMajor => new("video/3gpp", ["video/3gpp2"]),
        _ => null,
    };
}
