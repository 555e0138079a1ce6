using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;
using Microsoft.Extensions.Logging;

namespace Latchkey.Keys;

/// <summary>A key as it is stored: sealed with a random AES key, which an RSA key of the vault wrapped.</summary>
/// <param name="Row">What is known of it without the vault; it is sealed with it, so that neither it nor its place can be changed.</param>
/// <param name="WrapKeyId">The address of the vault key, with its version, that wrapped <paramref name="WrappedKey"/>.</param>
/// <param name="WrappedKey">32 bytes of AES key under RSA-OAEP-256 (RFC 7518 section 4.3).</param>
/// <param name="Sealed">Nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM (RFC 7518 section 5.3).</param>
internal sealed record SealedKey(KeyRow Row, string WrapKeyId, byte[] WrappedKey, byte[] Sealed);

/// <summary>
/// Seals keys for a store and opens them. RSA-OAEP takes too little for an RSA private key and binds nothing to what it
/// encrypts, so it wraps an AES key, and AES-GCM holds key, tenant, kind, number, kid and times together.
/// </summary>
internal sealed partial class KeySeal(Vault vault, string wrapKeyName, ILogger<KeySeal> log)
{
    private const int AesBytes = 32;
    private static readonly int nonceBytes = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int tagBytes = AesGcm.TagByteSizes.MaxSize;

    /// <summary>Asks the vault for the wrapping key, by one call.</summary>
    /// <exception cref="SigningUnavailableException">The vault does not answer, or the key's newest version is disabled.</exception>
    public async Task Check(CancellationToken cancel)
    {
        var key = await vault.Call($"show key {wrapKeyName}", limited => vault.Client.GetKeyAsync(wrapKeyName, cancellationToken: limited), cancel);
        if (key.Value.Properties.Enabled == false) throw new SigningUnavailableException($"The vault's key {wrapKeyName} is disabled.");
    }

    /// <summary>Seals a key with the newest version of the vault's key.</summary>
    /// <exception cref="SigningUnavailableException">The vault does not wrap now.</exception>
    public async Task<SealedKey> Encrypt(string tenant, ManagedKey key, CancellationToken cancel)
    {
        var aesKey = RandomNumberGenerator.GetBytes(AesBytes);
        var wrapped = await vault.Call($"wrap with key {wrapKeyName}", async limited =>
        {
            // An address without a version means the newest; the answer names the version that it was.
            var wrapKey = await vault.Resolver.ResolveAsync(new Uri(vault.Client.VaultUri, $"keys/{wrapKeyName}"), limited);
            return await wrapKey.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, aesKey, limited);
        }, cancel);

        var sealedBytes = new byte[nonceBytes + key.Secret.Length + tagBytes];
        var box = new Box(sealedBytes);
        RandomNumberGenerator.Fill(box.Nonce);
        using var aes = new AesGcm(aesKey, tagBytes);
        aes.Encrypt(box.Nonce, key.Secret, box.Cipher, box.Tag, Bound(tenant, key.Row));
        CryptographicOperations.ZeroMemory(aesKey);
        return new SealedKey(key.Row, wrapped.KeyId, wrapped.EncryptedKey, sealedBytes);
    }

    /// <summary>Opens a tenant's keys, all at once; those opened before are taken from <paramref name="known"/>.</summary>
    public async Task<TenantKeys> Decrypt(
        string tenant, IReadOnlyCollection<SealedKey> stored, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        var opened = await Task.WhenAll(stored.Select(key => Decrypt(tenant, key, known, cancel)));
        return new TenantKeys(
            [.. opened.Select(one => one.Key).OfType<ManagedKey>()],
            [.. opened.Where(one => one.Key is null).Select(one => one.Row)],
            opened.Select(one => one.Why).FirstOrDefault(why => why is not null));
    }

    private async Task<Opened> Decrypt(string tenant, SealedKey stored, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        if (known.FirstOrDefault(key => key.Row == stored.Row) is { } before) return new(stored.Row, before, null);
        try
        {
            return new(stored.Row, Unseal(tenant, stored, await Unwrap(tenant, stored, cancel)), null);
        }
        catch (CryptographicException e)
        {
            Log.Damaged(log, stored.Row.Algorithm, stored.Row.Kid, tenant, e);
            return new(stored.Row, null, null);
        }
        catch (SigningUnavailableException e) // It is logged where it was thrown.
        {
            // What the vault refuses to decrypt (400) will not get better by asking again.
            return new(stored.Row, null, e.InnerException is RequestFailedException { Status: 400 } ? null : e);
        }
    }

    private async Task<byte[]> Unwrap(string tenant, SealedKey stored, CancellationToken cancel)
    {
        // The address comes out of a table: it must not lead us, and our token, to another vault.
        if (!Uri.TryCreate(stored.WrapKeyId, UriKind.Absolute, out var address)
            || !KeyVaultKeyIdentifier.TryCreate(address, out var id) || id.Version is null || id.VaultUri != vault.Client.VaultUri)
        {
            throw new CryptographicException($"It was wrapped by {stored.WrapKeyId}, no key version in {vault.Client.VaultUri}.");
        }

        var client = vault.Client.GetCryptographyClient(id.Name, id.Version);
        var result = await vault.Call($"unwrap key {stored.Row.Kid} of tenant {tenant}",
            limited => client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, stored.WrappedKey, limited), cancel);
        return result.Key;
    }

    private static ManagedKey Unseal(string tenant, SealedKey stored, byte[] aesKey)
    {
        if (aesKey.Length != AesBytes || stored.Sealed.Length <= nonceBytes + tagBytes) throw new CryptographicException("It is too short.");
        var box = new Box(stored.Sealed);
        var secret = new byte[box.Cipher.Length];
        using var aes = new AesGcm(aesKey, tagBytes);
        aes.Decrypt(box.Nonce, box.Cipher, box.Tag, secret, Bound(tenant, stored.Row));
        CryptographicOperations.ZeroMemory(aesKey);
        var row = stored.Row;
        var key = ManagedKey.Decrypt(row.Algorithm, row.Number, row.Created, row.SignsFrom, secret);
        return key.Row == row ? key : throw new CryptographicException($"It is the key {key.Row.Kid}.");
    }

    // No part can hold the separator: tenants' ids don't, the rest is ours.
    private static byte[] Bound(string tenant, KeyRow row) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"latchkey key 1|{tenant}|{row.Algorithm}|{row.Number}|{row.Kid}|{row.Created.ToUnixTimeSeconds()}|{row.SignsFrom.ToUnixTimeSeconds()}"));

    // Where the parts of the sealed bytes are.
    private readonly ref struct Box(Span<byte> box)
    {
        public readonly Span<byte> Nonce = box[..nonceBytes];
        public readonly Span<byte> Cipher = box[nonceBytes..^tagBytes];
        public readonly Span<byte> Tag = box[^tagBytes..];
    }

    private sealed record Opened(KeyRow Row, ManagedKey? Key, SigningUnavailableException? Why);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The stored key {Algorithm} {Kid} of tenant {Tenant} is damaged and is left out")]
        public static partial void Damaged(ILogger log, string algorithm, string kid, string tenant, Exception e);
    }
}
