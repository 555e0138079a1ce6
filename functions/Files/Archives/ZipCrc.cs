using System.IO.Hashing;

namespace Latchkey.Files;

/// <summary>
/// The CRC-32 of a file that is read in parts, perhaps by different processes: so far it is a number that can be stored, and that is all
/// that is needed to go on (zlib's <c>crc32_combine</c>: the CRC of the first part times x to the bits of the second, plus its CRC).
/// </summary>
static class ZipCrc
{
    const uint Polynomial = 0xEDB88320; // With the bits in reverse order, as all here.
    const uint One = 1u << 31;

    // x to the powers 1, 2, 4, 8 and so on.
    static readonly uint[] Powers = MakePowers();

    /// <summary>The CRC of what had <paramref name="crc"/>, with more bytes behind it. That of nothing is 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> more) =>
        Multiply(XToThe(more.Length * 8L), crc) ^ Crc32.HashToUInt32(more);

    static uint[] MakePowers()
    {
        var powers = new uint[64];
        powers[0] = One >> 1;
        for (var n = 1; n < powers.Length; n++) powers[n] = Multiply(powers[n - 1], powers[n - 1]);
        return powers;
    }

    static uint XToThe(long power)
    {
        var product = One;
        for (var n = 0; power != 0; n++, power >>= 1)
        {
            if ((power & 1) != 0) product = Multiply(Powers[n], product);
        }
        return product;
    }

    static uint Multiply(uint one, uint other)
    {
        var product = 0u;
        for (var bit = One; bit != 0; bit >>= 1)
        {
            if ((one & bit) != 0) product ^= other;
            other = (other & 1) != 0 ? (other >> 1) ^ Polynomial : other >> 1;
        }
        return product;
    }
}
