using System.Buffers.Binary;

namespace Latchkey.Files;

/// <summary>
/// The location in EXIF (CIPA DC-008 §4.6.6): a directory of its own, to which an entry of another one leads. Wherever a TIFF header
/// stands, in a TIFF, or in what another format keeps for EXIF, that entry is taken out of its directory, whose other entries move up, and
/// the location's directory is overwritten with all its values.
/// </summary>
static class ExifLocation
{
    const ushort LocationTag = 0x8825;
    const ushort ExifTag = 0x8769;
    const ushort SubTag = 0x014A;
    const int EntryBytes = 12;
    const int MaxLocationEntries = 256;
    const int MaxValueBytes = 1 << 16;

    // Far more than a picture has; a file that is made to be slow has more.
    const int MaxSteps = 2_000_000;

    // By type, TIFF 6.0 §2 and EXIF: byte, ASCII, short, long, rational, and the signed and floating ones.
    static ReadOnlySpan<byte> Sizes => [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

    /// <summary>Erases it.</summary>
    public static Erasure Erase(Span<byte> bytes)
    {
        var (found, steps) = (Erasure.None, 0);
        foreach (var isBig in (ReadOnlySpan<bool>)[false, true])
        {
            var header = isBig ? "MM\0*"u8 : "II*\0"u8;
            for (var at = 0; bytes[at..].IndexOf(header) is >= 0 and var next; at += next + 1)
            {
                if (EraseIn(bytes[(at + next)..], isBig, ref steps)) found = Erasure.Done;
                if (steps > MaxSteps) return Erasure.Impossible;
            }
        }
        return found;
    }

    static bool EraseIn(Span<byte> tiff, bool isBig, ref int steps)
    {
        var (found, seen) = (false, new HashSet<uint>());
        var left = new Queue<uint>();
        if (tiff.Length >= 8) left.Enqueue(Int32(tiff, 4, isBig));
        for (steps++; left.TryDequeue(out var offset) && steps <= MaxSteps; steps++)
        {
            if (offset > int.MaxValue || offset + 2 > tiff.Length || !seen.Add(offset)) continue;
            var at = (int)offset;
            int count = Int16(tiff, at, isBig);
            var end = at + 2 + count * EntryBytes;
            if (end > tiff.Length) continue;
            for (var entry = at + 2; entry < end; steps++)
            {
                var (tag, type) = (Int16(tiff, entry, isBig), Int16(tiff, entry + 2, isBig));
                if (tag == LocationTag && type is 4 or 13)
                {
                    EraseDirectory(tiff, Int32(tiff, entry + 8, isBig), isBig);
                    // With what follows the entries: where the next directory is.
                    var behind = Math.Min(end + 4, tiff.Length);
                    tiff[(entry + EntryBytes)..behind].CopyTo(tiff[entry..]);
                    tiff[(behind - EntryBytes)..behind].Clear();
                    Write16(tiff[at..], (ushort)--count, isBig);
                    end -= EntryBytes;
                    found = true;
                    continue;
                }
                if (tag is ExifTag or SubTag) AddDirectories(tiff, entry, isBig, left);
                entry += EntryBytes;
            }
            if (end + 4 <= tiff.Length && Int32(tiff, end, isBig) is > 0 and var next) left.Enqueue(next);
        }
        return found;
    }

    static void AddDirectories(ReadOnlySpan<byte> tiff, int entry, bool isBig, Queue<uint> left)
    {
        const int most = 16;
        var (count, value) = (Int32(tiff, entry + 4, isBig), Int32(tiff, entry + 8, isBig));
        if (count == 1) left.Enqueue(value);
        else if (count <= most && value + count * 4L <= tiff.Length)
        {
            for (var n = 0; n < count; n++) left.Enqueue(Int32(tiff, (int)value + n * 4, isBig));
        }
    }

    static void EraseDirectory(Span<byte> tiff, uint offset, bool isBig)
    {
        if (offset > int.MaxValue || offset + 2 > tiff.Length) return;
        var at = (int)offset;
        int count = Int16(tiff, at, isBig);
        var end = at + 2 + count * EntryBytes;
        if (count > MaxLocationEntries || end > tiff.Length) return;
        for (var entry = at + 2; entry < end; entry += EntryBytes)
        {
            var (type, number) = (Int16(tiff, entry + 2, isBig), Int32(tiff, entry + 4, isBig));
            var length = type < Sizes.Length ? (long)Sizes[type] * number : 0;
            var value = Int32(tiff, entry + 8, isBig);
            if (length is > 4 and <= MaxValueBytes && value + length <= tiff.Length) tiff.Slice((int)value, (int)length).Clear();
        }
        tiff[at..Math.Min(end + 4, tiff.Length)].Clear();
    }

    static ushort Int16(ReadOnlySpan<byte> bytes, int at, bool isBig) =>
        isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint Int32(ReadOnlySpan<byte> bytes, int at, bool isBig) =>
        isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static void Write16(Span<byte> bytes, ushort value, bool isBig)
    {
        if (isBig) BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        else BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
    }
}
