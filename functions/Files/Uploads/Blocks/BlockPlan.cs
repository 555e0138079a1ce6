using System.Globalization;
using System.Text;

namespace Latchkey.Files;

/// <summary>
/// How a file is cut into blocks (Put Block, Put Block List: 50,000 blocks at most, 4000 MiB each). The sizes make
/// 200 GB fit with room to spare.
/// </summary>
static class BlockPlan
{
    /// <summary>How many blocks one Put Block List takes.</summary>
    public const int MaxBlocks = 50_000;

    /// <summary>The largest body of one Put Blob, in bytes.</summary>
    public const long MaxSinglePut = 5000L << 20;

    /// <summary>The largest file that we promise, in bytes.</summary>
    public const long MaxFile = 200_000_000_000;

    const long SmallestBlock = 4 << 20;
    const int Digits = 8;

    /// <summary>Bytes of every block but the last: the smallest power of two of MiB, from 4 on, that needs no more blocks than there may be.</summary>
    public static long BlockSize(long size)
    {
        var block = SmallestBlock;
        while (Count(size, block) > MaxBlocks) block *= 2;
        return block;
    }

    /// <summary>How many blocks a file has.</summary>
    public static long Count(long size, long blockSize) => (size + blockSize - 1) / blockSize;

    /// <summary>Bytes of block n.</summary>
    public static long SizeOf(long n, long size, long blockSize) => Math.Min(blockSize, size - n * blockSize);

    /// <summary>Block n's id, as it stands in a request: base64 of n in eight digits.</summary>
    public static string Id(long n) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(n.ToString("D" + Digits, CultureInfo.InvariantCulture)));

    /// <summary>The number in a block's id, or null if the id is not one of ours.</summary>
    public static long? Number(string id)
    {
        Span<byte> bytes = stackalloc byte[Digits + 1];
        return Convert.TryFromBase64String(id, bytes, out var length) && length == Digits
            && long.TryParse(bytes[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
    }
}
