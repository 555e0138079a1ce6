using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Tenancy;

/// <summary>
/// A password's hash from another system. It is stored in one form, the PHC string format, whatever it was written in
/// (<see cref="HashText"/>); it begins with <c>$</c>, as none of ours does. It verifies the user's first sign-in, which replaces it.
/// </summary>
/// <param name="Kind">The scheme and its cost.</param>
/// <param name="Salt">The salt.</param>
/// <param name="Digest">What the scheme must derive.</param>
public sealed record ImportedHash(HashKind Kind, byte[] Salt, byte[] Digest)
{
    /// <summary>True if a stored hash is not one of ours.</summary>
    public static bool Is(string stored) => stored.StartsWith('$');

    /// <summary>Reads a hash in any of the encodings of <see cref="HashText"/>.</summary>
    /// <exception cref="FormatException">It can't be verified here; the message says why and is safe to show.</exception>
    public static ImportedHash Parse(string text)
    {
        var phc = HashText.ToPhc(text);
        var end = phc.LastIndexOf('$');
        var start = end < 1 ? -1 : phc.LastIndexOf('$', end - 1);
        if (start < 1) throw new FormatException("is not a supported kind of hash");
        var hash = new ImportedHash(
            HashKind.Parse(phc[..start]), HashText.Base64(phc[(start + 1)..end]), HashText.Base64(phc[(end + 1)..]));
        var (minSalt, maxSalt) = hash.Kind switch { BcryptKind => (16, 16), Argon2Kind => (8, 128), _ => (1, 128) };
        if (hash.Salt.Length < minSalt || hash.Salt.Length > maxSalt)
            throw new FormatException($"must have a salt of {(minSalt == maxSalt ? minSalt : $"{minSalt} to {maxSalt}")} bytes");
        return hash.HasFullDigest() ? hash : throw new FormatException("has a digest of the wrong length");
    }

    /// <summary>True if it is the password's.</summary>
    public bool Verify(string password)
    {
        var derived = Kind.Derive(Encoding.UTF8.GetBytes(password), Salt, Digest.Length);
        return CryptographicOperations.FixedTimeEquals(derived, Digest.AsSpan(0, derived.Length));
    }

    /// <summary>The hash in the PHC string format.</summary>
    public override string ToString() =>
        $"{Kind}${Convert.ToBase64String(Salt).TrimEnd('=')}${Convert.ToBase64String(Digest).TrimEnd('=')}";

    bool HasFullDigest() => Kind switch
    {
        BcryptKind => Digest.Length == 23,
        FirebaseKind firebase => Digest.Length == firebase.SignerKey.Length,
        _ => Digest.Length is >= 16 and <= 128, // Less could be hit by a guess.
    };
}
