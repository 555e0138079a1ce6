using System.Globalization;
using System.Security.Cryptography;

namespace Latchkey.Keys;

/// <summary>A tenant's key that this service created, decrypted: a signing key, or a MAC or encryption key of 32 bytes.</summary>
sealed class ManagedKey
{
    /// <summary>Length of a MAC key in bytes: that of the hash (RFC 2104 §3). An AES-256 key is as long.</summary>
    public const int MacBytes = 32;

    /// <summary>The algorithms of a tenant's keys if this service signs.</summary>
    public static readonly string[] All = [.. PublicKey.Algorithms, KeyRow.HS256];

    /// <summary>The algorithms of a tenant's keys if the vault signs.</summary>
    public static readonly string[] MacOnly = [KeyRow.HS256];

    /// <summary>The algorithm of the key that encrypts what the tables hold (<see cref="SecretEncryption"/>).</summary>
    public static readonly string[] Encryption = [KeyRow.A256GCM];

    ManagedKey(KeyRow row, byte[] secret, PrivateKey? signing) => (Row, Secret, Signing) = (row, secret, signing);

    public KeyRow Row { get; }

    /// <summary>The PKCS #8 (RFC 5958) of a signing key, or the MAC or encryption key.</summary>
    public byte[] Secret { get; }

    /// <summary>The signing key; null for a MAC or encryption key.</summary>
    public PrivateKey? Signing { get; }

    /// <summary>Creates a key. An RSA key takes up to a second.</summary>
    public static ManagedKey Create(string algorithm, int number, DateTimeOffset now, KeyMaker maker)
    {
        // Whole seconds, so that every store returns exactly what was written.
        var created = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var signsFrom = number == 1 ? created : created + KeyRow.PublishLead + TimeSpan.FromSeconds(1);
        var secret = algorithm is KeyRow.HS256 or KeyRow.A256GCM ? RandomNumberGenerator.GetBytes(MacBytes) : maker.New(algorithm);
        return Restore(algorithm, number, created, signsFrom, secret);
    }

    /// <summary>Restores a stored key. Its kid is computed again, so that no store can give it another.</summary>
    /// <exception cref="CryptographicException">It is not a key of this algorithm, or it is too weak.</exception>
    public static ManagedKey Restore(string algorithm, int number, DateTimeOffset created, DateTimeOffset signsFrom, byte[] secret)
    {
        if (number < 1) throw new CryptographicException("A key's number must be at least 1.");
        if (algorithm is PublicKey.ES256 or PublicKey.RS256)
        {
            var key = new PrivateKey(algorithm, secret);
            return new ManagedKey(new KeyRow(algorithm, number, key.Public.Kid, created, signsFrom), secret, key);
        }
        if (algorithm is not (KeyRow.HS256 or KeyRow.A256GCM))
            throw new CryptographicException($"The algorithm {algorithm} is not supported.");
        if (secret.Length != MacBytes)
            throw new CryptographicException($"An {algorithm} key must have {MacBytes} bytes, not {secret.Length}.");
        var kid = $"{(algorithm == KeyRow.HS256 ? "mac" : "enc")}-{number.ToString(CultureInfo.InvariantCulture)}";
        return new ManagedKey(new KeyRow(algorithm, number, kid, created, signsFrom), secret, null);
    }
}
