using System.Globalization;
using System.Text;

namespace Latchkey.Files;

/// <summary>
/// How a file is split into blocks (Put Block, Put Block List: at most 50,000 blocks of at most 4000 MiB). The block sizes leave
/// room for files well over 200 GB.
/// </summary>
static class BlockPlan
{
    /// <summary>The most blocks that one Put Block List takes.</summary>
    public const int MaxBlocks = 50_000;

    /// <summary>The largest body of one Put Blob, in bytes.</summary>
    public const long MaxSinglePut = 5000L << 20;

    /// <summary>The largest supported file, in bytes.</summary>
    public const long MaxFile = 200_000_000_000;

    const long SmallestBlock = 4 << 20;
    const int Digits = 8;

    /// <summary>
    /// The bytes of every block but the last: the smallest power of two in MiB, at least 4 MiB, that needs no more than
    /// <see cref="MaxBlocks"/>.
    /// </summary>
    public static long BlockSize(long size)
    {
        var block = SmallestBlock;
        while (Count(size, block) > MaxBlocks) block *= 2;
        return block;
    }

    /// <summary>The number of blocks of a file.</summary>
    public static long Count(long size, long blockSize) => (size + blockSize - 1) / blockSize;

    /// <summary>The bytes of block n.</summary>
    public static long SizeOf(long n, long size, long blockSize) => Math.Min(blockSize, size - n * blockSize);

    /// <summary>The id of block n: base64 of n in eight digits.</summary>
    public static string Id(long n) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(n.ToString("D" + Digits, CultureInfo.InvariantCulture)));

    /// <summary>The number of the block with this id, or null if the id has another form.</summary>
    public static long? Number(string id)
    {
        Span<byte> bytes = stackalloc byte[Digits + 1];
        return Convert.TryFromBase64String(id, bytes, out var length) && length == Digits
            && long.TryParse(bytes[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
    }
}
