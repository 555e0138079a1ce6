using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Generators;

namespace Latchkey.Tenancy;

/// <summary>
/// bcrypt (Provos and Mazières, 1999). Like the systems that made the hashes, it looks at the first 72 bytes of a password only.
/// </summary>
/// <param name="Rounds">The cost: each step doubles the work.</param>
/// <param name="OfSha256">bcrypt of the password's SHA-256 in hex, as Django's <c>bcrypt_sha256</c> has it.</param>
sealed record BcryptKind(int Rounds, bool OfSha256) : HashKind
{
    const int MaxRounds = 14;
    const int MaxBytes = 72;

    public override string Family => "bcrypt";

    public override int Work => Rounds;

    public override HashKind Cost => this with { OfSha256 = false };

    protected override string Text => $"$bcrypt{(OfSha256 ? "-sha256" : "")}$c={Rounds}";

    public static BcryptKind Read(bool ofSha256, string costs)
    {
        var parameters = Parameters(costs);
        var kind = new BcryptKind(Number(parameters, "c", 4, MaxRounds), ofSha256);
        EnsureEmpty(parameters);
        return kind;
    }

    internal override byte[] Derive(byte[] password, byte[] salt, int length)
    {
        var bytes = OfSha256 ? Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(password))) : password;
        // The terminating zero is part of the key, unless 72 bytes are full.
        return BCrypt.Generate(bytes.Length >= MaxBytes ? bytes[..MaxBytes] : [.. bytes, 0], salt, Rounds, addTerminator: false)[..23];
    }

    internal override void Spend(byte[] password, HashKind? done)
    {
        if (done is null) Derive(password, new byte[16], 23);
        // 2^n is 2^m, 2^m, 2^(m+1), and so on to 2^(n-1).
        for (var rounds = done?.Work ?? Rounds; rounds < Rounds; rounds++)
            (this with { Rounds = rounds }).Derive(password, new byte[16], 23);
    }
}
