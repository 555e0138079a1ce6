using System.Security.Cryptography;

namespace Latchkey.Keys;

/// <summary>
/// The development key file: one JSON file with each tenant's private signing keys and MAC keys, in the clear, mode 0600.
/// Several processes may share the file. A file that can't be read or understood is never replaced: every use of it fails
/// until someone looks at it.
/// </summary>
/// <param name="path">Where the file is; it and its folder are made when missing.</param>
internal sealed class KeyFile(string path) : IKeyStore
{
    private readonly KeyFileStore store = new(path);

    /// <summary>Reads the whole file, so that a bad one stops the start. A missing file is good: it will be made.</summary>
    /// <exception cref="KeyFileException">The file can't be used; the message says why and what to do.</exception>
    public void Check()
    {
        foreach (var (tenant, entries) in store.Read().Tenants) Parse(tenant, entries);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file can't be used.</exception>
    public Task Check(CancellationToken cancel)
    {
        Check();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file can't be used.</exception>
    public Task<TenantKeys> Load(
        string tenant, IReadOnlyCollection<string> algorithms, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        var keys = store.Read().Tenants.TryGetValue(tenant, out var entries) ? Parse(tenant, entries) : [];
        return Task.FromResult(new TenantKeys([.. keys.Where(key => algorithms.Contains(key.Row.Algorithm))], [], null));
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file can't be used.</exception>
    public async Task<bool> TryAdd(string tenant, ManagedKey key, CancellationToken cancel)
    {
        if (Holds(store.Read())) return false; // Many that start at once need not queue for the lock.
        using var held = await store.Lock(cancel);
        // Read under the lock: another process may have made the key since.
        var content = store.Read();
        if (Holds(content)) return false;
        if (!content.Tenants.TryGetValue(tenant, out var entries)) content.Tenants[tenant] = entries = [];
        entries.Add(new KeyFileEntry(
            key.Row.Algorithm, key.Row.Number, key.Row.Created, key.Row.SignsFrom, Convert.ToBase64String(key.Secret)));
        store.Write(content);
        return true;

        bool Holds(KeyFileContent read) =>
            read.Tenants.TryGetValue(tenant, out var keys) && keys.Exists(entry => entry.Is(key.Row));
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file can't be used.</exception>
    public async Task Remove(string tenant, KeyRow row, CancellationToken cancel)
    {
        using var held = await store.Lock(cancel);
        var content = store.Read();
        if (content.Tenants.TryGetValue(tenant, out var entries) && entries.RemoveAll(entry => entry.Is(row)) > 0) store.Write(content);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file can't be used.</exception>
    public Task<ILookup<string, KeyRow>> All(CancellationToken cancel) => Task.FromResult(store.Read().Tenants
        .SelectMany(tenant => Parse(tenant.Key, tenant.Value), (tenant, key) => (Tenant: tenant.Key, key.Row))
        .ToLookup(of => of.Tenant, of => of.Row, StringComparer.Ordinal));

    private List<ManagedKey> Parse(string tenant, List<KeyFileEntry> entries)
    {
        try
        {
            var keys = entries.ConvertAll(entry => ManagedKey.Decrypt(
                entry.Algorithm, entry.Number, entry.Created, entry.SignsFrom, Convert.FromBase64String(entry.Key)));
            return keys.DistinctBy(key => (key.Row.Algorithm, key.Row.Number)).Count() == keys.Count
                ? keys
                : throw new FormatException("Two keys have the same number.");
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw store.Fault($"holds a key of tenant {tenant} that can't be read", e);
        }
    }
}

/// <summary>The key file can't be used. The message names the file, says what is wrong and what to do.</summary>
public sealed class KeyFileException(string message, Exception? cause) : Exception(message, cause);
