using System.Globalization;

namespace Latchkey.Tenancy;

/// <summary>
/// How another system hashed passwords: the scheme and its cost, written as in the PHC string format
/// (<c>$scrypt$ln=15,r=8,p=1</c>). Costs are bounded, so that no hash that is imported keeps a processor for much more than a
/// second or takes more than 128 MiB.
/// </summary>
public abstract record HashKind
{
    /// <summary>The most memory that one hash takes, in KiB.</summary>
    protected const int MaxKibibytes = 128 * 1024;

    /// <summary>The most memory that one hash goes through, in KiB: what it takes, once for each pass.</summary>
    protected const int MaxKibibytePasses = 512 * 1024;

    /// <summary>Kinds of one family do the same work and differ only in <see cref="Work"/>, how much of it.</summary>
    public abstract string Family { get; }

    /// <summary>How much work it is, in the units of the family.</summary>
    public abstract int Work { get; }

    /// <summary>The kind whose work it is; it has no secret in it.</summary>
    public virtual HashKind Cost => this;

    /// <summary>The kind as text.</summary>
    protected abstract string Text { get; }

    /// <summary>Derives what a hash of this kind holds; never longer than <paramref name="length"/> bytes.</summary>
    internal abstract byte[] Derive(byte[] password, byte[] salt, int length);

    /// <summary>Does its work for nothing, except for what a kind of the same family has done already.</summary>
    /// <param name="password">The password.</param>
    /// <param name="done">The kind whose work was done, or null.</param>
    internal virtual void Spend(byte[] password, HashKind? done)
    {
        if (done is null) Derive(password, new byte[16], 32);
    }

    /// <inheritdoc/>
    public sealed override string ToString() => Text;

    /// <summary>Reads a kind.</summary>
    /// <exception cref="FormatException">It is none, or costs too much; the message says why and is safe to show.</exception>
    public static HashKind Parse(string text) => text.Split('$') switch
    {
        ["", "bcrypt" or "bcrypt-sha256", var costs] => BcryptKind.Read(text.StartsWith("$bcrypt-", StringComparison.Ordinal), costs),
        ["", "argon2id", "v=19", var costs] => Argon2Kind.Read(Parameters(costs)),
        ["", "argon2id", ..] => throw new FormatException("must be argon2id of version 19"),
        ["", "argon2i" or "argon2d", ..] => throw new FormatException("must be argon2id; argon2i and argon2d are not supported"),
        ["", "pbkdf2-sha1" or "pbkdf2-sha256" or "pbkdf2-sha512", var costs] =>
            Pbkdf2Kind.Of(text[(text.IndexOf('-', StringComparison.Ordinal) + 1)..text.LastIndexOf('$')], Parameters(costs)),
        ["", "scrypt", var costs] => ScryptKind.Read(Parameters(costs)),
        ["", "fbscrypt", var costs] => FirebaseKind.Read(Parameters(costs)),
        _ => throw new FormatException("is not a supported kind of hash"),
    };

    internal static Dictionary<string, string> Parameters(string text)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in text.Split(','))
        {
            var at = one.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !all.TryAdd(one[..at], one[(at + 1)..])) throw new FormatException("has parameters that cannot be read");
        }
        return all;
    }

    internal static int Number(Dictionary<string, string> parameters, string name, int min, int max) =>
        parameters.Remove(name, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number : throw new FormatException($"must have {name} from {min} to {max}");

    internal static void EnsureEmpty(Dictionary<string, string> parameters)
    {
        if (parameters.Count > 0) throw new FormatException("has a parameter that is not supported");
    }
}
