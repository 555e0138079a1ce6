using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;
using Microsoft.Extensions.Logging;

namespace Latchkey.Keys;

/// <summary>A stored key: encrypted with a random AES key, which an RSA key of the vault wraps.</summary>
/// <param name="Row">The unencrypted part. It is authenticated with the key, so that neither it nor its place can be changed.</param>
/// <param name="WrapKeyId">The URL, with version, of the vault key that wrapped <paramref name="WrappedKey"/>.</param>
/// <param name="WrappedKey">The AES key of 32 bytes, wrapped with RSA-OAEP-256 (RFC 7518 §4.3).</param>
/// <param name="Sealed">Nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM (RFC 7518 §5.3).</param>
sealed record SealedKey(KeyRow Row, string WrapKeyId, byte[] WrappedKey, byte[] Sealed);

/// <summary>
/// Encrypts keys for a store and decrypts them. RSA-OAEP is too small for an RSA private key and binds nothing to what it encrypts.
/// So it wraps an AES key, and AES-GCM binds key, tenant, algorithm, number, kid and times together.
/// </summary>
sealed partial class KeySeal(Vault vault, string wrapKeyName, ILogger<KeySeal> logger)
{
    const int AesBytes = 32;
    static readonly int NonceBytes = AesGcm.NonceByteSizes.MaxSize;
    static readonly int TagBytes = AesGcm.TagByteSizes.MaxSize;

    /// <summary>Reads the wrapping key from the vault, in one call.</summary>
    /// <exception cref="SigningUnavailableException">The vault does not respond, or the key's newest version is disabled.</exception>
    public async Task Check(CancellationToken cancel)
    {
        var key = await vault.Call($"show key {wrapKeyName}",
            limited => vault.Client.GetKeyAsync(wrapKeyName, cancellationToken: limited), cancel);
        if (key.Value.Properties.Enabled == false) throw new SigningUnavailableException($"The vault's key {wrapKeyName} is disabled.");
    }

    /// <summary>Encrypts a key under the newest version of the vault's key.</summary>
    /// <exception cref="SigningUnavailableException">The vault cannot wrap at the moment.</exception>
    public async Task<SealedKey> Encrypt(string tenant, ManagedKey key, CancellationToken cancel)
    {
        var aesKey = RandomNumberGenerator.GetBytes(AesBytes);
        var wrapped = await vault.Call($"wrap with key {wrapKeyName}", async limited =>
        {
            // A URL without a version means the newest; the response says which version that was.
            var wrapKey = await vault.Resolver.ResolveAsync(new Uri(vault.Client.VaultUri, $"keys/{wrapKeyName}"), limited);
            return await wrapKey.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, aesKey, limited);
        }, cancel);

        var sealedBytes = new byte[NonceBytes + key.Secret.Length + TagBytes];
        var parts = new SealedParts(sealedBytes);
        RandomNumberGenerator.Fill(parts.Nonce);
        using var aes = new AesGcm(aesKey, TagBytes);
        aes.Encrypt(parts.Nonce, key.Secret, parts.Cipher, parts.Tag, AssociatedData(tenant, key.Row));
        CryptographicOperations.ZeroMemory(aesKey);
        return new SealedKey(key.Row, wrapped.KeyId, wrapped.EncryptedKey, sealedBytes);
    }

    /// <summary>Decrypts a tenant's keys in parallel; those in <paramref name="known"/> were decrypted before and are reused.</summary>
    public async Task<TenantKeys> Decrypt(
        string tenant, IReadOnlyCollection<SealedKey> stored, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        var results = await Task.WhenAll(stored.Select(key => Decrypt(tenant, key, known, cancel)));
        return new TenantKeys(
            [.. results.Select(result => result.Key).OfType<ManagedKey>()],
            [.. results.Where(result => result.Key is null).Select(result => result.Row)],
            results.Select(result => result.Failure).FirstOrDefault(failure => failure is not null));
    }

    async Task<DecryptionResult> Decrypt(string tenant, SealedKey stored, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        if (known.FirstOrDefault(key => key.Row == stored.Row) is { } before) return new(stored.Row, before, null);
        try
        {
            return new(stored.Row, DecryptSecret(tenant, stored, await Unwrap(tenant, stored, cancel)), null);
        }
        catch (CryptographicException fault)
        {
            Log.Damaged(logger, stored.Row.Algorithm, stored.Row.Kid, tenant, fault);
            return new(stored.Row, null, null);
        }
        catch (SigningUnavailableException fault) // It was logged where it was thrown.
        {
            // What the vault refuses to decrypt (400) does not get better by asking again.
            return new(stored.Row, null, fault.InnerException is RequestFailedException { Status: 400 } ? null : fault);
        }
    }

    async Task<byte[]> Unwrap(string tenant, SealedKey stored, CancellationToken cancel)
    {
        // The URL comes from a table: it must not lead us, and our token, to another vault.
        if (!Uri.TryCreate(stored.WrapKeyId, UriKind.Absolute, out var address)
            || !KeyVaultKeyIdentifier.TryCreate(address, out var id) || id.Version is null || id.VaultUri != vault.Client.VaultUri)
        {
            throw new CryptographicException(
                $"The key was wrapped by {stored.WrapKeyId}, which is not a key version in {vault.Client.VaultUri}.");
        }

        var client = vault.Client.GetCryptographyClient(id.Name, id.Version);
        var result = await vault.Call($"unwrap key {stored.Row.Kid} of tenant {tenant}",
            limited => client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, stored.WrappedKey, limited), cancel);
        return result.Key;
    }

    static ManagedKey DecryptSecret(string tenant, SealedKey stored, byte[] aesKey)
    {
        if (aesKey.Length != AesBytes || stored.Sealed.Length <= NonceBytes + TagBytes)
            throw new CryptographicException("The encrypted key is too short.");
        var parts = new SealedParts(stored.Sealed);
        var secret = new byte[parts.Cipher.Length];
        using var aes = new AesGcm(aesKey, TagBytes);
        aes.Decrypt(parts.Nonce, parts.Cipher, parts.Tag, secret, AssociatedData(tenant, stored.Row));
        CryptographicOperations.ZeroMemory(aesKey);
        var row = stored.Row;
        var key = ManagedKey.Restore(row.Algorithm, row.Number, row.Created, row.SignsFrom, secret);
        return key.Row == row ? key : throw new CryptographicException($"The row contains another key, {key.Row.Kid}.");
    }

    // No field can contain the separator: tenant ids do not, and the others are our own.
    static byte[] AssociatedData(string tenant, KeyRow row)
    {
        var (created, signsFrom) = (row.Created.ToUnixTimeSeconds(), row.SignsFrom.ToUnixTimeSeconds());
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"latchkey key 1|{tenant}|{row.Algorithm}|{row.Number}|{row.Kid}|{created}|{signsFrom}"));
    }

    // The fields of the sealed bytes.
    readonly ref struct SealedParts(Span<byte> bytes)
    {
        public readonly Span<byte> Nonce = bytes[..NonceBytes];
        public readonly Span<byte> Cipher = bytes[NonceBytes..^TagBytes];
        public readonly Span<byte> Tag = bytes[^TagBytes..];
    }

    sealed record DecryptionResult(KeyRow Row, ManagedKey? Key, SigningUnavailableException? Failure);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The stored key {Algorithm} {Kid} of tenant {Tenant} is damaged and is ignored")]
        public static partial void Damaged(ILogger logger, string algorithm, string kid, string tenant, Exception fault);
    }
}
