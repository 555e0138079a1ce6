using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure;
using Azure.Security.KeyVault.Keys.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>
/// Has the vault sign each token, with one call per token; the private keys never leave it. Every enabled version of the keys is
/// published (an expired one for 24 more hours), and the newest one that has been published for 10 minutes signs, so a key can be
/// rotated in the vault at any time. To withdraw a key at once, disable its version.
/// </summary>
/// <remarks>Verifiers may cache the set for at most 5 minutes; the other 5 of the 10 are for the age of our own list.</remarks>
public sealed class KeyVaultSigner : ISigner
{
    const string TenantPlaceholder = "{tenant}";
    const int MaxTenantChars = 40; // As in Tenant.IsId, which this room cannot use.

    readonly ConcurrentDictionary<string, VaultKeyList> lists = new(StringComparer.OrdinalIgnoreCase);
    readonly Vault vault;
    readonly string accessTokenKeyName;
    readonly string idTokenKeyName;

    /// <param name="vault">The vault of the keys.</param>
    /// <param name="accessTokenKeyName">The name of the P-256 key that signs ES256; <c>{tenant}</c> stands for the tenant's id.</param>
    /// <param name="idTokenKeyName">The name of the RSA key that signs RS256; <c>{tenant}</c> stands for the tenant's id.</param>
    /// <exception cref="ArgumentException">A vault does not allow the name.</exception>
    public KeyVaultSigner(Vault vault, string accessTokenKeyName, string idTokenKeyName)
    {
        if (!IsKeyName(accessTokenKeyName)) throw NotAName(accessTokenKeyName, nameof(accessTokenKeyName));
        if (!IsKeyName(idTokenKeyName)) throw NotAName(idTokenKeyName, nameof(idTokenKeyName));
        this.vault = vault;
        this.accessTokenKeyName = accessTokenKeyName;
        this.idTokenKeyName = idTokenKeyName;
    }

    /// <summary>True if a setting is a key name (<see cref="Vault.IsKeyName"/>) with any tenant in place of <c>{tenant}</c>.</summary>
    public static bool IsKeyName(string setting) => Vault.IsKeyName(Name(setting, new string('t', MaxTenantChars)));

    /// <inheritdoc/>
    public async ValueTask<SigningKey> Current(string tenant, string algorithm, CancellationToken cancel)
    {
        foreach (var list in Lists(tenant, algorithm))
        {
            var versions = (await list.Get(cancel)).Where(version => version.Public.Alg == algorithm);
            var signing = VaultKeyVersion.Signing(versions, vault.Clock.GetUtcNow());
            if (signing is not null) return new SigningKey(signing.Public.Kid, algorithm);
        }
        throw new SigningUnavailableException($"The vault has no enabled key that signs {algorithm} for tenant {tenant}.");
    }

    /// <inheritdoc/>
    public async Task<byte[]> Sign(string tenant, SigningKey key, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        foreach (var list in Lists(tenant, key.Algorithm))
        {
            var version = (await list.Get(cancel)).FirstOrDefault(version => version.Public.Kid == key.Kid);
            if (version is not null) return await Sign(list, version, SHA256.HashData(data.Span), cancel);
        }
        throw new SigningUnavailableException($"The vault has no enabled key {key.Kid} for tenant {tenant}.");
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JsonWebKey>> PublicKeys(string tenant, CancellationToken cancel) =>
        Published(tenant, list => list.Get(cancel));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JsonWebKey>> RenewedPublicKeys(string tenant, CancellationToken cancel) =>
        Published(tenant, list => list.Renewed(cancel));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<KeyInfo>> Keys(string tenant, CancellationToken cancel)
    {
        List<VaultKeyVersion> versions = [];
        foreach (var list in Lists(tenant, PublicKey.ES256)) versions.AddRange(await list.Renewed(cancel));
        return [.. versions.GroupBy(version => version.Public.Alg).SelectMany(VaultKeyVersion.Info)];
    }

    async Task<byte[]> Sign(VaultKeyList list, VaultKeyVersion version, byte[] digest, CancellationToken cancel)
    {
        try
        {
            var result = await vault.Call($"sign with {version.Client.KeyId}",
                limited => version.Client.SignAsync(new SignatureAlgorithm(version.Public.Alg), digest, limited), cancel);
            return result.Signature;
        }
        catch (SigningUnavailableException fault) when (fault.InnerException is RequestFailedException { Status: 403 or 404 })
        {
            // The version was probably disabled since the list was read: the next token needs another, so list again now.
            list.RefreshSoon();
            throw;
        }
    }

    async ValueTask<IReadOnlyList<JsonWebKey>> Published(
        string tenant, Func<VaultKeyList, ValueTask<IReadOnlyList<VaultKeyVersion>>> get)
    {
        List<JsonWebKey> keys = [];
        foreach (var list in Lists(tenant, PublicKey.ES256))
        {
            var versions = await get(list);
            var now = vault.Clock.GetUtcNow();
            var published = versions.Where(version => version.IsPublished(now)).OrderByDescending(version => version.Created);
            keys.AddRange(published.Select(version => version.Public));
        }
        // An empty set would make verifiers forget the keys that they have cached.
        return keys.Count > 0 ? keys : throw new SigningUnavailableException($"The vault has no enabled signing key for tenant {tenant}.");
    }

    // The key that usually has the algorithm comes first, so that the other one need not be listed.
    IEnumerable<VaultKeyList> Lists(string tenant, string algorithm)
    {
        string[] settings = algorithm switch
        {
            PublicKey.ES256 => [accessTokenKeyName, idTokenKeyName],
            PublicKey.RS256 => [idTokenKeyName, accessTokenKeyName],
            _ => throw new ArgumentException($"{algorithm} is neither ES256 nor RS256.", nameof(algorithm)),
        };
        return settings.Select(setting => Name(setting, tenant)).Distinct(StringComparer.OrdinalIgnoreCase).Select(List);
    }

    VaultKeyList List(string name)
    {
        // The name becomes part of a URL in the vault.
        if (!Vault.IsKeyName(name)) throw NotAName(name, nameof(name));
        return lists.GetOrAdd(name, static (name, vault) => new VaultKeyList(vault, name), vault);
    }

    static ArgumentException NotAName(string name, string parameter) => new($"{name} is not a key name.", parameter);

    static string Name(string setting, string tenant) => setting.Replace(TenantPlaceholder, tenant, StringComparison.Ordinal);
}
