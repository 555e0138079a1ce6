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
    const ushort Long = 4;
    const ushort Pointer = 13;
    const int EntryBytes = 12;
    const int MaxLocationEntries = 256;
    const int MaxValueBytes = 1 << 16;

    // More than any picture has.
    const int MaxLocations = 4; // Of one directory.
    const int MaxSubdirectories = 32; // Of one entry.
    const int MaxLeft = 128;

    // By type, TIFF 6.0 §2 and EXIF: byte, ASCII, short, long, rational, and the signed and floating ones.
    static ReadOnlySpan<byte> Sizes => [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

    /// <summary>Erases it.</summary>
    public static Erasure Erase(Span<byte> bytes, ErasureBudget budget)
    {
        var found = Erasure.None;
        foreach (var isBig in (ReadOnlySpan<bool>)[false, true])
        {
            var header = isBig ? "MM\0*"u8 : "II*\0"u8;
            for (var at = 0; bytes[at..].IndexOf(header) is >= 0 and var next; at += next + 1)
            {
                // Where formats keep EXIF. Elsewhere these four bytes may be anything.
                var isSure = at + next == 0 || bytes[..(at + next)].EndsWith("Exif\0\0"u8);
                found = LocationEraser.Worse(found, EraseAll(bytes[(at + next)..], isBig, isSure, budget));
                if (budget.IsUsedUp || found == Erasure.Impossible) return Erasure.Impossible;
            }
        }
        return found;
    }

    static Erasure EraseAll(Span<byte> tiff, bool isBig, bool isSure, ErasureBudget budget)
    {
        var (found, seen) = (Erasure.None, new HashSet<uint>());
        var left = new Queue<uint>();
        if (tiff.Length >= 8) left.Enqueue(Int32(tiff, 4, isBig));
        for (budget.Take(); left.TryDequeue(out var offset) && !budget.IsUsedUp; budget.Take())
        {
            if (offset > int.MaxValue || offset + 2 > tiff.Length || !seen.Add(offset)) continue;
            // What does not look like a directory is none, but the first one, which is where it must be.
            var isDirectory = (isSure && seen.Count == 1) || LooksLikeDirectory(tiff, (int)offset, isBig);
            found = LocationEraser.Worse(found, EraseIn(tiff, (int)offset, isBig, isDirectory, left, budget));
            if (found == Erasure.Impossible) break;
        }
        return found;
    }

    // Entries have one of a few types. Four of them by chance are one in a billion.
    static bool LooksLikeDirectory(ReadOnlySpan<byte> tiff, int at, bool isBig)
    {
        const int enough = 4;
        var count = Math.Min(enough, (int)Int16(tiff, at, isBig));
        for (var (n, entry) = (0, at + 2); n < count; (n, entry) = (n + 1, entry + EntryBytes))
        {
            if (entry + EntryBytes > tiff.Length) return n > 0;
            var type = Int16(tiff, entry + 2, isBig);
            if (type == 0 || type >= Sizes.Length) return false;
        }
        return count > 0;
    }

    static Erasure EraseIn(Span<byte> tiff, int at, bool isBig, bool isDirectory, Queue<uint> left, ErasureBudget budget)
    {
        int count = Int16(tiff, at, isBig);
        var end = at + 2 + count * EntryBytes;
        // Programs read the entries that are there.
        if (end > tiff.Length) return isDirectory ? Erasure.Impossible : Erasure.None;
        var (found, locations) = (Erasure.None, 0);
        for (var entry = at + 2; entry < end && !budget.IsUsedUp; budget.Take())
        {
            var (tag, type) = (Int16(tiff, entry, isBig), Int16(tiff, entry + 2, isBig));
            if (tag == LocationTag && (isDirectory || type is Long or Pointer))
            {
                // Some programs follow it whatever its type is.
                if (type is not (Long or Pointer) || ++locations > MaxLocations) return Erasure.Impossible;
                if (!TryEraseLocation(tiff, Int32(tiff, entry + 8, isBig), isBig, budget) && isDirectory) return Erasure.Impossible;
                // With what follows the entries: where the next directory is.
                var behind = Math.Min(end + 4, tiff.Length);
                budget.Take(behind - entry);
                tiff[(entry + EntryBytes)..behind].CopyTo(tiff[entry..]);
                tiff[(behind - EntryBytes)..behind].Clear();
                Write16(tiff[at..], (ushort)--count, isBig);
                end -= EntryBytes;
                found = Erasure.Done;
                continue;
            }
            if (tag is ExifTag or SubTag && !TryAdd(tiff, entry, isBig, left) && isDirectory) return Erasure.Impossible;
            if (left.Count > MaxLeft) return Erasure.Impossible;
            entry += EntryBytes;
        }
        if (end + 4 <= tiff.Length && Int32(tiff, end, isBig) is > 0 and var next) left.Enqueue(next);
        return found;
    }

    // False if there are too many.
    static bool TryAdd(ReadOnlySpan<byte> tiff, int entry, bool isBig, Queue<uint> left)
    {
        var (count, value) = (Int32(tiff, entry + 4, isBig), Int32(tiff, entry + 8, isBig));
        if (count == 1) left.Enqueue(value);
        else if (count > MaxSubdirectories) return false;
        else if (value + count * 4L <= tiff.Length)
        {
            for (var n = 0; n < count; n++) left.Enqueue(Int32(tiff, (int)value + n * 4, isBig));
        }
        return true;
    }

    // False if it is too large, or does not end.
    static bool TryEraseLocation(Span<byte> tiff, uint offset, bool isBig, ErasureBudget budget)
    {
        if (offset > int.MaxValue || offset + 2 > tiff.Length) return true; // It leads nowhere.
        var at = (int)offset;
        int count = Int16(tiff, at, isBig);
        var end = at + 2 + count * EntryBytes;
        if (count > MaxLocationEntries || end > tiff.Length) return false;
        for (var entry = at + 2; entry < end && !budget.IsUsedUp; entry += EntryBytes)
        {
            var (type, number) = (Int16(tiff, entry + 2, isBig), Int32(tiff, entry + 4, isBig));
            var length = type < Sizes.Length ? (long)Sizes[type] * number : 0;
            var value = Int32(tiff, entry + 8, isBig);
            if (length <= 4 || value + length > tiff.Length) continue; // It is in the entry, or nowhere.
            if (length > MaxValueBytes) return false;
            budget.Take(length);
            tiff.Slice((int)value, (int)length).Clear();
        }
        tiff[at..Math.Min(end + 4, tiff.Length)].Clear();
        return true;
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
