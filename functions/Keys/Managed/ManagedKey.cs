using System.Globalization;
using System.Security.Cryptography;

namespace Latchkey.Keys;

/// <summary>A tenant's key that we made ourselves, in the clear: a signing key, or a MAC key of 32 bytes.</summary>
internal sealed class ManagedKey
{
    /// <summary>A MAC key's length in bytes: the hash's own (RFC 2104 section 3).</summary>
    public const int MacBytes = 32;

    /// <summary>The kinds that a tenant has where we sign ourselves.</summary>
    public static readonly string[] All = [.. PublicKey.Algorithms, KeyRow.HS256];

    /// <summary>The kinds that a tenant has where the vault signs.</summary>
    public static readonly string[] MacOnly = [KeyRow.HS256];

    private ManagedKey(KeyRow row, byte[] secret, PrivateKey? signing) => (Row, Secret, Signing) = (row, secret, signing);

    public KeyRow Row { get; }

    /// <summary>PKCS #8 (RFC 5958) of a signing key, or the MAC key.</summary>
    public byte[] Secret { get; }

    /// <summary>The signing key; null for a MAC key.</summary>
    public PrivateKey? Signing { get; }

    /// <summary>A new key; RSA keys take up to a second.</summary>
    public static ManagedKey Create(string algorithm, int number, DateTimeOffset now, KeyMaker maker)
    {
        // Whole seconds come back from every store as they went in.
        var created = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var signsFrom = number == 1 ? created : created + KeyRow.PublishLead + TimeSpan.FromSeconds(1);
        var secret = algorithm == KeyRow.HS256 ? RandomNumberGenerator.GetBytes(MacBytes) : maker.New(algorithm);
        return Decrypt(algorithm, number, created, signsFrom, secret);
    }

    /// <summary>A key as it was stored; its kid is found anew, so no store can give it another.</summary>
    /// <exception cref="CryptographicException">It is no key of this algorithm, or too weak.</exception>
    public static ManagedKey Decrypt(string algorithm, int number, DateTimeOffset created, DateTimeOffset signsFrom, byte[] secret)
    {
        if (number < 1) throw new CryptographicException("Keys are counted from 1.");
        if (algorithm is PublicKey.ES256 or PublicKey.RS256)
        {
            var key = new PrivateKey(algorithm, secret);
            return new ManagedKey(new KeyRow(algorithm, number, key.Public.Kid, created, signsFrom), secret, key);
        }
        if (algorithm != KeyRow.HS256) throw new CryptographicException($"{algorithm} is no algorithm of ours.");
        if (secret.Length != MacBytes) throw new CryptographicException($"A MAC key has {secret.Length} bytes instead of {MacBytes}.");
        var kid = $"mac-{number.ToString(CultureInfo.InvariantCulture)}";
        return new ManagedKey(new KeyRow(algorithm, number, kid, created, signsFrom), secret, null);
    }
}
