using System.Buffers.Binary;
using System.Text;

namespace Latchkey.Files;

/// <summary>A file in an archive that was written.</summary>
/// <param name="Path">Its path there (<see cref="ArchiveNames"/>).</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Time">The time that the archive says of it.</param>
/// <param name="Offset">Where its header begins in the archive.</param>
/// <param name="Crc">Its CRC-32 (<see cref="ZipCrc"/>).</param>
readonly record struct ZipEntry(string Path, long Size, DateTimeOffset Time, long Offset, uint Crc);

/// <summary>
/// The parts of a ZIP archive (PKWARE's APPNOTE 6.3.10) but the files' bytes, which are stored as they are. So it is known beforehand how
/// long an archive will be, and the writing can stop after any byte and go on elsewhere. A file's CRC stands behind it (§4.3.9), names are
/// UTF-8 (§4.4.4, bit 11), and where a number does not fit, the part is that of ZIP64 (§4.5.3, §4.3.14).
/// </summary>
static class ZipFormat
{
    const ushort Flags = (1 << 3) | (1 << 11);
    const ushort Version = 20;
    const ushort Version64 = 45;
    const int HeaderBytes = 30;
    const int EntryBytes = 46;
    const int Sizes64Bytes = 20;

    /// <summary>The length of an archive of these files.</summary>
    public static long LengthOf(IEnumerable<(string Path, long Size)> files)
    {
        var (at, directory, count) = (0L, 0L, 0L);
        foreach (var (path, size) in files)
        {
            directory += EntryLength(path, size, at);
            at += HeaderBytes + Encoding.UTF8.GetByteCount(path) + (Is64(size) ? Sizes64Bytes : 0) + size + FooterLength(size);
            count++;
        }
        return at + directory + End(count, at, directory).Length;
    }

    /// <summary>What comes before a file's bytes (§4.3.7).</summary>
    public static byte[] Header(string path, long size, DateTimeOffset time)
    {
        var part = new Part(HeaderBytes + path.Length * 3 + Sizes64Bytes);
        var name = Encoding.UTF8.GetBytes(path);
        part.Int32(0x04034b50).Int16(Is64(size) ? Version64 : Version).Int16(Flags).Int16(0).Int32(DosTime(time)).Int32(0);
        part.Int32(Is64(size) ? uint.MaxValue : 0).Int32(Is64(size) ? uint.MaxValue : 0);
        part.Int16((ushort)name.Length).Int16((ushort)(Is64(size) ? Sizes64Bytes : 0)).Bytes(name);
        if (Is64(size)) part.Int16(1).Int16(16).Int64(size).Int64(size);
        return part.Written();
    }

    /// <summary>What comes behind them (§4.3.9).</summary>
    public static byte[] Footer(long size, uint crc)
    {
        var part = new Part(FooterLength(size)).Int32(0x08074b50).Int32(crc);
        return (Is64(size) ? part.Int64(size).Int64(size) : part.Int32((uint)size).Int32((uint)size)).Written();
    }

    /// <summary>A file's entry in the directory behind all files (§4.3.12).</summary>
    public static byte[] Entry(ZipEntry entry)
    {
        var (name, size, offset) = (Encoding.UTF8.GetBytes(entry.Path), entry.Size, entry.Offset);
        var part = new Part(EntryLength(entry.Path, size, offset));
        var version = Is64(size) || Is64(offset) ? Version64 : Version;
        var extra = (Is64(size) ? 16 : 0) + (Is64(offset) ? 8 : 0);
        part.Int32(0x02014b50).Int16(version).Int16(version).Int16(Flags).Int16(0).Int32(DosTime(entry.Time)).Int32(entry.Crc);
        part.Int32(Is64(size) ? uint.MaxValue : (uint)size).Int32(Is64(size) ? uint.MaxValue : (uint)size);
        part.Int16((ushort)name.Length).Int16((ushort)(extra > 0 ? extra + 4 : 0)).Int16(0).Int16(0).Int16(0).Int32(0);
        part.Int32(Is64(offset) ? uint.MaxValue : (uint)offset).Bytes(name);
        if (extra > 0) part.Int16(1).Int16((ushort)extra);
        if (Is64(size)) part.Int64(size).Int64(size);
        if (Is64(offset)) part.Int64(offset);
        return part.Written();
    }

    /// <summary>The end of the archive (§4.3.14 to §4.3.16).</summary>
    /// <param name="count">How many files there are.</param>
    /// <param name="offset">Where the directory begins.</param>
    /// <param name="length">How many bytes it has.</param>
    public static byte[] End(long count, long offset, long length)
    {
        var part = new Part(56 + 20 + 22);
        if (count >= ushort.MaxValue || Is64(offset) || Is64(length))
        {
            part.Int32(0x06064b50).Int64(44).Int16(Version64).Int16(Version64).Int32(0).Int32(0);
            part.Int64(count).Int64(count).Int64(length).Int64(offset);
            part.Int32(0x07064b50).Int32(0).Int64(offset + length).Int32(1);
        }
        var short16 = (ushort)Math.Min(count, ushort.MaxValue);
        part.Int32(0x06054b50).Int16(0).Int16(0).Int16(short16).Int16(short16);
        part.Int32((uint)Math.Min(length, uint.MaxValue)).Int32((uint)Math.Min(offset, uint.MaxValue)).Int16(0);
        return part.Written();
    }

    static bool Is64(long number) => number >= uint.MaxValue;

    static int FooterLength(long size) => Is64(size) ? 24 : 16;

    static int EntryLength(string path, long size, long offset) => EntryBytes + Encoding.UTF8.GetByteCount(path)
        + ((Is64(size) ? 16 : 0) + (Is64(offset) ? 8 : 0) is > 0 and var extra ? extra + 4 : 0);

    // §4.4.6: two seconds are the smallest step, 1980 is the first year.
    static uint DosTime(DateTimeOffset time)
    {
        var at = time.UtcDateTime;
        return at.Year is < 1980 or > 2107 ? 0x00210000
            : (uint)(((at.Year - 1980) << 25) | (at.Month << 21) | (at.Day << 16) | (at.Hour << 11) | (at.Minute << 5) | (at.Second / 2));
    }

    sealed class Part(int capacity)
    {
        readonly byte[] bytes = new byte[capacity];
        int length;

        public Part Int16(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(length), value);
            length += sizeof(ushort);
            return this;
        }

        public Part Int32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), value);
            length += sizeof(uint);
            return this;
        }

        public Part Int64(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(length), value);
            length += sizeof(long);
            return this;
        }

        public Part Bytes(byte[] value)
        {
            value.CopyTo(bytes, length);
            length += value.Length;
            return this;
        }

        public byte[] Written() => bytes[..length];
    }
}
