using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace Latchkey.Tenancy;

/// <summary>Argon2id, version 19 (RFC 9106).</summary>
/// <param name="Kibibytes">The memory.</param>
/// <param name="Passes">The passes over it.</param>
/// <param name="Lanes">The lanes; one thread fills them all.</param>
sealed record Argon2Kind(int Kibibytes, int Passes, int Lanes) : HashKind
{
    public override string Family => Text;

    public override int Work => 1;

    protected override string Text => $"$argon2id$v=19$m={Kibibytes},t={Passes},p={Lanes}";

    public static Argon2Kind Read(Dictionary<string, string> parameters)
    {
        var lanes = Number(parameters, "p", 1, 16);
        var kibibytes = Number(parameters, "m", 8 * lanes, MaxKibibytes);
        var kind = new Argon2Kind(kibibytes, Number(parameters, "t", 1, Math.Min(64, MaxKibibytePasses / kibibytes)), lanes);
        EnsureEmpty(parameters);
        return kind;
    }

    internal override byte[] Derive(byte[] password, byte[] salt, int length)
    {
        var argon2 = new Argon2BytesGenerator();
        argon2.Init(new Argon2Parameters.Builder(Argon2Parameters.Argon2id).WithVersion(Argon2Parameters.Version13)
            .WithMemoryAsKB(Kibibytes).WithIterations(Passes).WithParallelism(Lanes).WithSalt(salt).Build());
        var derived = new byte[length];
        argon2.GenerateBytes(password, derived);
        return derived;
    }
}
