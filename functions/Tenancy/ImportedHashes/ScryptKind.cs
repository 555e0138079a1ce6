using Org.BouncyCastle.Crypto.Generators;

namespace Latchkey.Tenancy;

/// <summary>scrypt (RFC 7914).</summary>
/// <param name="LogN">The cost N as a power of two.</param>
/// <param name="BlockSize">The parameter r.</param>
/// <param name="Lanes">The parameter p; they are done one after the other.</param>
sealed record ScryptKind(int LogN, int BlockSize, int Lanes) : HashKind
{
    public override string Family => Text;

    public override int Work => 1;

    protected override string Text => $"$scrypt$ln={LogN},r={BlockSize},p={Lanes}";

    public static ScryptKind Read(Dictionary<string, string> parameters)
    {
        var kind = Of(Number(parameters, "ln", 1, 20), Number(parameters, "r", 1, 64), Number(parameters, "p", 1, 16));
        EnsureEmpty(parameters);
        return kind;
    }

    public static ScryptKind Of(int logN, int blockSize, int lanes)
    {
        var bytes = (1L << logN) * blockSize * 128;
        if (bytes > MaxKibibytes * 1024L || bytes * lanes > MaxKibibytePasses * 1024L)
            throw new FormatException("must take at most 128 MiB of memory, and at most 512 MiB in all lanes");
        // RFC 7914 §2: N is less than 2^(128 r / 8).
        if (logN >= 16 * blockSize) throw new FormatException("must have an N that fits its r");
        return new ScryptKind(logN, blockSize, lanes);
    }

    internal override byte[] Derive(byte[] password, byte[] salt, int length) =>
        SCrypt.Generate(password, salt, 1 << LogN, BlockSize, Lanes, length);
}
