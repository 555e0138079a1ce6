using System.Collections.Concurrent;

namespace Latchkey.Keys;

/// <summary>
/// The enabled versions of one key in the vault. While the vault cannot be read, the last list serves for up to 24 hours: tokens
/// can be verified without the vault (signing needs the vault anyway).
/// </summary>
sealed class VaultKeyList
{
    readonly ConcurrentDictionary<string, VaultKeyMaterial> materials = new(StringComparer.Ordinal);
    readonly RefreshingCache<IReadOnlyList<VaultKeyVersion>> versions;
    readonly Vault vault;
    readonly string name;

    public VaultKeyList(Vault vault, string name)
    {
        (this.vault, this.name) = (vault, name);
        versions = new(vault.Clock, () => vault.Call($"list the versions of key {name}", List, CancellationToken.None));
    }

    /// <summary>The versions, from memory if the list is fresh.</summary>
    /// <exception cref="SigningUnavailableException">There is no list yet or it is too old, and the vault cannot be read.</exception>
    public ValueTask<IReadOnlyList<VaultKeyVersion>> Get(CancellationToken cancel) => versions.Get(cancel);

    /// <summary>Lists again now, unless that was tried in the last 30 seconds; falls back on the last list.</summary>
    /// <exception cref="SigningUnavailableException">There is no list yet or it is too old, and the vault cannot be read.</exception>
    public ValueTask<IReadOnlyList<VaultKeyVersion>> Renewed(CancellationToken cancel) => versions.Renewed(cancel);

    /// <summary>Lists again in the background, unless that was tried in the last 30 seconds.</summary>
    public void RefreshSoon() => versions.RefreshSoon();

    async Task<IReadOnlyList<VaultKeyVersion>> List(CancellationToken cancel)
    {
        List<VaultKeyVersion> listed = [];
        await foreach (var properties in vault.Client.GetPropertiesOfKeyVersionsAsync(name, cancel))
        {
            if (properties.Enabled != true) continue;
            // A version is read once and after each update; the next listing continues where one that ran out of time stopped.
            if (!materials.TryGetValue(properties.Version, out var material) || material.Updated != properties.UpdatedOn)
                materials[properties.Version] = material = await VaultKeyMaterial.Read(vault, properties, cancel);
            if (VaultKeyVersion.Of(material, properties) is { } version) listed.Add(version);
        }
        return listed;
    }
}
