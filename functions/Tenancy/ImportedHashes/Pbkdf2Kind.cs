using System.Security.Cryptography;

namespace Latchkey.Tenancy;

/// <summary>PBKDF2 (RFC 8018 §5.2).</summary>
/// <param name="Function">The hash function: <c>sha1</c>, <c>sha256</c> or <c>sha512</c>.</param>
/// <param name="Iterations">The iterations.</param>
sealed record Pbkdf2Kind(string Function, int Iterations) : HashKind
{
    const int MaxIterations = 2_000_000;

    public override string Family => $"pbkdf2-{Function}";

    public override int Work => Iterations;

    protected override string Text => $"$pbkdf2-{Function}$i={Iterations}";

    public static Pbkdf2Kind Of(string function, Dictionary<string, string> parameters)
    {
        parameters.Remove("l"); // The length, which the hash itself has.
        var kind = new Pbkdf2Kind(function, Number(parameters, "i", 1, MaxIterations));
        EnsureEmpty(parameters);
        return kind;
    }

    // Only the first block: a longer output costs the owner more, and a guesser nothing.
    internal override byte[] Derive(byte[] password, byte[] salt, int length)
    {
        var (name, bytes) = Function switch
        {
            "sha1" => (HashAlgorithmName.SHA1, 20),
            "sha256" => (HashAlgorithmName.SHA256, 32),
            _ => (HashAlgorithmName.SHA512, 64),
        };
        return Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, name, Math.Min(length, bytes));
    }

    internal override void Spend(byte[] password, HashKind? done)
    {
        var left = Iterations - (done?.Work ?? 0);
        if (left > 0) (this with { Iterations = left }).Derive(password, new byte[16], 16);
    }
}
