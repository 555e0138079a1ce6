using System.IO.Compression;
using System.IO.Hashing;
using Latchkey.Files;

namespace Latchkey.Tests.Files.Archives;

/// <summary>Archives beyond what ZIP could hold before ZIP64, read by another program than the one that wrote them.</summary>
public sealed class ZipFormatTests
{
    [Fact]
    public void More_than_65535_files_are_read_back()
    {
        const int Count = 70_000;
        using var archive = new MemoryStream();
        Write(archive, Enumerable.Range(0, Count).Select(n => ($"f/{n:D6}.txt", 1L)), byteOf: n => (byte)n);
        using var zip = new ZipArchive(archive);
        Assert.Equal(Count, zip.Entries.Count);
        foreach (var n in (int[])[0, 65_534, 65_535, 65_536, Count - 1])
        {
            Assert.Equal($"f/{n:D6}.txt", zip.Entries[n].FullName);
            using var bytes = zip.Entries[n].Open();
            Assert.Equal([(byte)n], ReadAll(bytes));
        }
    }

    // The zeros are nowhere: neither the writer nor the reader needs them all at once.
    [Fact]
    public void A_file_of_more_than_4_GiB_and_what_lies_behind_it_are_read_back()
    {
        const long Large = (1L << 32) + 12_345;
        using var archive = new SparseStream();
        Write(archive, [("first", 3), ("large.bin", Large), ("Grüße/last.txt", 5)], byteOf: n => n == 1 ? (byte)0 : (byte)n);
        using var zip = new ZipArchive(archive);
        Assert.Equal(["first 3", $"large.bin {Large}", "Grüße/last.txt 5"],
            zip.Entries.Select(entry => $"{entry.FullName} {entry.Length}"));
        Assert.Equal(0x1E83137Du, zip.Entries[1].Crc32); // Of so many zeros, as zlib says.
        using var last = zip.Entries[2].Open();
        Assert.Equal([2, 2, 2, 2, 2], ReadAll(last));
        using var start = zip.Entries[1].Open();
        var some = new byte[1 << 16];
        start.ReadExactly(some);
        Assert.DoesNotContain(some, one => one != 0);
    }

    [Fact]
    public void A_file_of_exactly_what_no_longer_fits_is_read_back()
    {
        foreach (var size in (long[])[uint.MaxValue - 1L, uint.MaxValue])
        {
            using var archive = new SparseStream();
            Write(archive, [("edge", size), ("last", 1)], byteOf: n => (byte)n, leap: true);
            using var zip = new ZipArchive(archive);
            Assert.Equal(size, zip.Entries[0].Length);
            using var last = zip.Entries[1].Open();
            Assert.Equal([1], ReadAll(last));
        }
    }

    [Fact]
    public void A_CRC_goes_on_from_a_number()
    {
        var bytes = new byte[100_003];
        new Random(5).NextBytes(bytes);
        var crc = 0u;
        for (var (at, step) = (0, 0); at < bytes.Length; at += step)
        {
            step = Math.Min(bytes.Length - at, step * 3 + 1);
            crc = ZipCrc.Append(crc, bytes.AsSpan(at, step));
            crc = ZipCrc.Append(crc, []);
        }
        Assert.Equal(Crc32.HashToUInt32(bytes), crc);
        Assert.Equal(0xCBF43926u, ZipCrc.Append(0, "123456789"u8)); // The check value of CRC-32/ISO-HDLC.
    }

    // As ArchiveWork and ZipDownload do, with bytes from nowhere.
    static void Write(Stream archive, IEnumerable<(string Path, long Size)> files, Func<int, byte> byteOf, bool leap = false)
    {
        var (all, entries, buffer, zeros) = (files.ToList(), new List<ZipEntry>(), new byte[1 << 20], new byte[1 << 20]);
        foreach (var (path, size) in all)
        {
            var (start, value, crc) = (archive.Position, byteOf(entries.Count), 0u);
            archive.Write(ZipFormat.Header(path, size, DateTimeOffset.UnixEpoch.AddYears(40)));
            if (value != 0) Array.Fill(buffer, value, 0, (int)Math.Min(size, buffer.Length));
            if (leap && value == 0) archive.Position += size;
            for (var left = leap && value == 0 ? 0 : size; left > 0;)
            {
                var part = (value == 0 ? zeros : buffer).AsSpan(0, (int)Math.Min(left, buffer.Length));
                crc = ZipCrc.Append(crc, part);
                archive.Write(part);
                left -= part.Length;
            }
            archive.Write(ZipFormat.Footer(size, crc));
            entries.Add(new(path, size, DateTimeOffset.UnixEpoch.AddYears(40), start, crc));
        }
        var directory = archive.Position;
        foreach (var entry in entries) archive.Write(ZipFormat.Entry(entry));
        archive.Write(ZipFormat.End(entries.Count, directory, archive.Position - directory));
        Assert.Equal(ZipFormat.LengthOf(all), archive.Position);
        archive.Position = 0;
    }

    static byte[] ReadAll(Stream stream)
    {
        using var read = new MemoryStream();
        stream.CopyTo(read);
        return read.ToArray();
    }

    // Keeps what is not zero.
    sealed class SparseStream : Stream
    {
        readonly SortedList<long, byte[]> parts = [];
        long length;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => true;
        public override long Length => length;
        public override long Position { get; set; }

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            if (bytes.ContainsAnyExcept((byte)0)) parts.Add(Position, bytes.ToArray());
            length = Math.Max(length, Position += bytes.Length);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> into)
        {
            into = into[..(int)Math.Min(into.Length, length - Position)];
            into.Clear();
            foreach (var (at, bytes) in parts.SkipWhile(part => part.Key + part.Value.Length <= Position))
            {
                if (at >= Position + into.Length) break;
                var (from, skip) = (Math.Max(0, at - Position), Math.Max(0, Position - at));
                bytes.AsSpan((int)skip, (int)Math.Min(bytes.Length - skip, into.Length - from)).CopyTo(into[(int)from..]);
            }
            Position += into.Length;
            return into.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => length + offset };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
