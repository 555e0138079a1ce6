using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Keys;

/// <summary>
/// Encrypts secrets that the tables hold and that are needed again in the clear, with AES-256-GCM (NIST SP 800-38D) under a key of
/// the tenant. The key is made at the first use and stored like the signing keys. It is never removed, because what it encrypts may
/// lie unused for years.
/// </summary>
public sealed class SecretEncryption
{
    // Version, the key's number, nonce; then the ciphertext and the tag.
    const byte Version = 1;
    const int NumberBytes = 4;
    const int HeadBytes = 1 + NumberBytes;

    static readonly int NonceBytes = AesGcm.NonceByteSizes.MaxSize;
    static readonly int TagBytes = AesGcm.TagByteSizes.MaxSize;

    readonly ManagedKeys keys;

    internal SecretEncryption(ManagedKeys keys) => this.keys = keys;

    /// <summary>Encrypts a secret.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="purpose">What the secret is, and whose. Only with the same purpose can it be decrypted.</param>
    /// <param name="secret">The secret, of some kilobytes at most.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    /// <exception cref="SigningUnavailableException">The vault cannot unwrap the key at the moment.</exception>
    public async Task<byte[]> Encrypt(string tenant, string purpose, byte[] secret, CancellationToken cancel)
    {
        var key = (await keys.Get(tenant, cancel)).Signing(tenant, KeyRow.A256GCM, keys.Now);
        var encrypted = new byte[HeadBytes + NonceBytes + secret.Length + TagBytes];
        encrypted[0] = Version;
        BinaryPrimitives.WriteInt32BigEndian(encrypted.AsSpan(1), key.Row.Number);
        var (nonce, rest) = (encrypted.AsMemory(HeadBytes, NonceBytes), encrypted.AsMemory(HeadBytes + NonceBytes));
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(key.Secret, TagBytes);
        aes.Encrypt(nonce.Span, secret, rest.Span[..^TagBytes], rest.Span[^TagBytes..], AssociatedData(tenant, purpose));
        return encrypted;
    }

    /// <summary>Decrypts a secret; null if these bytes were not encrypted here, for this tenant and purpose.</summary>
    /// <exception cref="KeyFileException">The key file is not usable.</exception>
    /// <exception cref="SigningUnavailableException">The vault cannot unwrap the key at the moment.</exception>
    public async Task<byte[]?> TryDecrypt(string tenant, string purpose, byte[] encrypted, CancellationToken cancel)
    {
        if (encrypted.Length < HeadBytes + NonceBytes + TagBytes || encrypted[0] != Version) return null;
        var number = BinaryPrimitives.ReadInt32BigEndian(encrypted.AsSpan(1));
        // Another instance may have made the key since this one last read them.
        var key = Find(await keys.Get(tenant, cancel), number)
            ?? Find((await keys.Renewed(tenant, cancel)).EnsureDecrypted(), number);
        if (key is null) return null;
        var rest = encrypted.AsMemory(HeadBytes + NonceBytes);
        var secret = new byte[rest.Length - TagBytes];
        try
        {
            using var aes = new AesGcm(key.Secret, TagBytes);
            aes.Decrypt(encrypted.AsSpan(HeadBytes, NonceBytes), rest.Span[..^TagBytes], rest.Span[^TagBytes..], secret,
                AssociatedData(tenant, purpose));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    static ManagedKey? Find(TenantKeys read, int number) => read.Usable.FirstOrDefault(key => key.Row.Number == number);

    static byte[] AssociatedData(string tenant, string purpose) => Encoding.UTF8.GetBytes($"latchkey secret 1|{tenant}|{purpose}");
}
