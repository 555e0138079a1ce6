using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;
using JsonWebKey = Microsoft.IdentityModel.Tokens.JsonWebKey;

namespace Latchkey.Keys;

/// <summary>One enabled version of a signing key in the vault.</summary>
/// <param name="Public">The published form.</param>
/// <param name="Client">Signs in the vault.</param>
/// <param name="Created">When the version was created; the latest one is the newest.</param>
/// <param name="PublishedSince">Since when every instance could see the enabled version.</param>
/// <param name="NotBefore">When the vault starts to sign with it.</param>
/// <param name="Expires">When the vault stops signing with it.</param>
sealed record VaultKeyVersion(
    JsonWebKey Public, CryptographyClient Client,
    DateTimeOffset Created, DateTimeOffset PublishedSince, DateTimeOffset? NotBefore, DateTimeOffset? Expires)
{
    /// <summary>The version, or null if its key cannot sign tokens.</summary>
    public static VaultKeyVersion? Of(VaultKeyMaterial material, KeyProperties properties)
    {
        if (material.Public is null) return null;
        var created = properties.CreatedOn ?? DateTimeOffset.MinValue;
        // A version that was created disabled was published only when it was enabled.
        var published = properties.UpdatedOn > created ? properties.UpdatedOn.Value : created;
        return new(material.Public, material.Client, created, published, properties.NotBefore, properties.ExpiresOn);
    }

    public bool IsPublished(DateTimeOffset now) => Expires is null || now < Expires + KeyRow.MaxTokenLifetime;

    public bool CanSign(DateTimeOffset now) => (NotBefore is null || now >= NotBefore) && (Expires is null || now < Expires);

    /// <summary>
    /// The version that signs now: the newest one that was published for long enough. If none was, the one published longest,
    /// because a first key must sign at once. Null if none can sign.
    /// </summary>
    public static VaultKeyVersion? Signing(IEnumerable<VaultKeyVersion> versions, DateTimeOffset now)
    {
        var able = versions.Where(version => version.CanSign(now)).ToList();
        return able.Where(version => now - version.PublishedSince >= KeyRow.PublishLead).MaxBy(version => version.Created)
            ?? able.MinBy(version => version.PublishedSince);
    }

    /// <summary>The versions with their times, newest first. One without an expiry stays published until somebody disables it.</summary>
    public static IEnumerable<KeyInfo> Info(IEnumerable<VaultKeyVersion> versions)
    {
        DateTimeOffset? next = null;
        var ordered = versions.OrderByDescending(version => version.Created).ToList();
        foreach (var (n, version) in ordered.Index())
        {
            var from = n == ordered.Count - 1 ? version.PublishedSince : version.PublishedSince + KeyRow.PublishLead;
            if (version.NotBefore > from) from = version.NotBefore.Value;
            var until = next is null || version.Expires < next ? version.Expires : next;
            yield return new KeyInfo(
                version.Public.Kid, version.Public.Alg, version.Created, from, until, version.Expires + KeyRow.MaxTokenLifetime);
            next = from;
        }
    }
}

/// <summary>What was read of a key version; valid as long as the version is not updated.</summary>
/// <param name="Public">The published form; null if the key cannot sign tokens (type, curve, length, operations).</param>
/// <param name="Client">Signs in the vault. It knows the version's dates and refuses outside of them.</param>
/// <param name="Updated">When the version was last updated, at the time of reading.</param>
sealed record VaultKeyMaterial(JsonWebKey? Public, CryptographyClient Client, DateTimeOffset? Updated)
{
    /// <summary>Reads a version, in two calls, because the SDK's signing client does not expose the key that it reads.</summary>
    public static async Task<VaultKeyMaterial> Read(Vault vault, KeyProperties properties, CancellationToken cancel)
    {
        var reading = vault.Client.GetKeyAsync(properties.Name, properties.Version, cancel);
        var resolving = vault.Resolver.ResolveAsync(properties.Id, cancel);
        await Task.WhenAll(reading, resolving);
        KeyVaultKey key = await reading;
        return new(key.KeyOperations.Contains(KeyOperation.Sign) ? Published(key) : null, await resolving, properties.UpdatedOn);
    }

    static JsonWebKey? Published(KeyVaultKey key)
    {
        if (key.KeyType == KeyType.Ec || key.KeyType == KeyType.EcHsm)
        {
            if (key.Key.CurveName != KeyCurveName.P256) return null;
            using var ec = key.Key.ToECDsa();
            return PublicKey.Of(ec.ExportParameters(false));
        }
        if (key.KeyType == KeyType.Rsa || key.KeyType == KeyType.RsaHsm)
        {
            using var rsa = key.Key.ToRSA();
            return rsa.KeySize < PublicKey.MinRsaBits ? null : PublicKey.Of(rsa.ExportParameters(false));
        }
        return null;
    }
}
