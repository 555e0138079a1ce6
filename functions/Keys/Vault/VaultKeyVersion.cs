using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;
using JsonWebKey = Microsoft.IdentityModel.Tokens.JsonWebKey;

namespace Latchkey.Keys;

/// <summary>One enabled version of a signing key in the vault.</summary>
/// <param name="Public">The published form.</param>
/// <param name="Client">Signs in the vault.</param>
/// <param name="Created">When the version was made; decides which one is newest.</param>
/// <param name="PublishedSince">Since when every instance could see the version enabled.</param>
/// <param name="NotBefore">The vault refuses to sign before this.</param>
/// <param name="Expires">The vault refuses to sign from here on.</param>
internal sealed record VaultKeyVersion(
    JsonWebKey Public, CryptographyClient Client,
    DateTimeOffset Created, DateTimeOffset PublishedSince, DateTimeOffset? NotBefore, DateTimeOffset? Expires)
{
    /// <summary>The version, or null if it is no key that we sign with.</summary>
    public static VaultKeyVersion? Of(VaultKeyMaterial material, KeyProperties properties)
    {
        if (material.Public is null) return null;
        var created = properties.CreatedOn ?? DateTimeOffset.MinValue;
        // A version that was made disabled and enabled later was published only then.
        var published = properties.UpdatedOn > created ? properties.UpdatedOn.Value : created;
        return new(material.Public, material.Client, created, published, properties.NotBefore, properties.ExpiresOn);
    }

    public bool IsPublished(DateTimeOffset now) => Expires is null || now < Expires + KeyRow.LongestToken;

    public bool CanSign(DateTimeOffset now) => (NotBefore is null || now >= NotBefore) && (Expires is null || now < Expires);

    /// <summary>
    /// The version that signs now: the newest that was published long enough; where none was, the one published longest,
    /// because a first key has to sign at once. Null when none can sign.
    /// </summary>
    public static VaultKeyVersion? Signing(IEnumerable<VaultKeyVersion> versions, DateTimeOffset now)
    {
        var able = versions.Where(version => version.CanSign(now)).ToList();
        return able.Where(version => now - version.PublishedSince >= KeyRow.PublishLead).MaxBy(version => version.Created)
            ?? able.MinBy(version => version.PublishedSince);
    }

    /// <summary>The versions with their times, newest first. A version that doesn't expire stays published until someone disables it.</summary>
    public static IEnumerable<KeyInfo> Info(IEnumerable<VaultKeyVersion> versions)
    {
        DateTimeOffset? next = null;
        var ordered = versions.OrderByDescending(version => version.Created).ToList();
        foreach (var (n, version) in ordered.Index())
        {
            var from = n == ordered.Count - 1 ? version.PublishedSince : version.PublishedSince + KeyRow.PublishLead;
            if (version.NotBefore > from) from = version.NotBefore.Value;
            var until = next is null || version.Expires < next ? version.Expires : next;
            yield return new KeyInfo(version.Public.Kid, version.Public.Alg, version.Created, from, until, version.Expires + KeyRow.LongestToken);
            next = from;
        }
    }
}

/// <summary>What was read of a key version; as good as new while the version isn't updated.</summary>
/// <param name="Public">The published form; null if it is no key that we sign with (type, curve, length, operations).</param>
/// <param name="Client">Signs in the vault. It knows the version's dates and refuses by itself outside of them.</param>
/// <param name="Updated">The version's last update when it was read.</param>
internal sealed record VaultKeyMaterial(JsonWebKey? Public, CryptographyClient Client, DateTimeOffset? Updated)
{
    /// <summary>Reads a version: twice, because the SDK's signing client doesn't show the key that it read.</summary>
    public static async Task<VaultKeyMaterial> Read(Vault vault, KeyProperties properties, CancellationToken cancel)
    {
        var reading = vault.Client.GetKeyAsync(properties.Name, properties.Version, cancel);
        var resolving = vault.Resolver.ResolveAsync(properties.Id, cancel);
        await Task.WhenAll(reading, resolving);
        KeyVaultKey key = await reading;
        return new(key.KeyOperations.Contains(KeyOperation.Sign) ? Published(key) : null, await resolving, properties.UpdatedOn);
    }

    private static JsonWebKey? Published(KeyVaultKey key)
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
