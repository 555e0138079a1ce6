using System.Buffers.Binary;

namespace Latchkey.Files;

/// <summary>
/// Counts the scans of a JPEG (ITU-T T.81 §B.2.1). With more than one, the decoder holds the whole picture and goes over it as often as
/// there are scans, so a small file can cost hours.
/// </summary>
static class JpegScans
{
    /// <summary>The most that are read. Encoders write about ten.</summary>
    public const int Max = 64;

    const byte EndOfImage = 0xD9;
    const byte StartOfScan = 0xDA;

    /// <summary>How many there are; those of pictures behind the first, as phones append them, are not its own.</summary>
    public static int Count(ReadOnlySpan<byte> bytes)
    {
        var scans = 0;
        for (var at = NextMarker(bytes, 0); at >= 0; at = NextMarker(bytes, at))
        {
            var marker = bytes[at + 1];
            at += 2;
            if (marker == EndOfImage) break;
            if (marker == StartOfScan) scans++;
            if (HasLength(marker) && at + 2 <= bytes.Length) at += BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if (at >= bytes.Length) break;
        }
        return scans;
    }

    // TEM, RST and SOI stand alone.
    static bool HasLength(byte marker) => marker is not (0x01 or (>= 0xD0 and <= 0xD8));

    // Where the next marker begins, or -1: 0xFF is followed by 0 in the data of a scan, and by more of itself before a marker.
    static int NextMarker(ReadOnlySpan<byte> bytes, int from)
    {
        for (var at = from; at < bytes.Length;)
        {
            var found = bytes[at..].IndexOf((byte)0xFF);
            if (found < 0 || at + found + 1 >= bytes.Length) return -1;
            at += found;
            if (bytes[at + 1] is not (0x00 or 0xFF)) return at;
            at++;
        }
        return -1;
    }
}
