using System.Security.Cryptography;

namespace Latchkey.Keys;

/// <summary>
/// The development key file: one JSON file with each tenant's private signing keys and MAC keys, unencrypted, mode 0600. Several
/// processes may share it. A file that cannot be read or parsed is never replaced: every use of it fails until somebody looks at
/// it.
/// </summary>
/// <param name="path">The file's path; the file and its folder are created when missing.</param>
sealed class KeyFile(string path) : IKeyStore
{
    readonly KeyFileStore store = new(path);

    /// <summary>Reads the whole file, so that a damaged one prevents the start. A missing file is fine: it will be created.</summary>
    /// <exception cref="KeyFileException">The file is not usable; the message says why and what to do.</exception>
    public void Check()
    {
        foreach (var (tenant, entries) in store.Read().Tenants) Parse(tenant, entries);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file is not usable.</exception>
    public Task Check(CancellationToken cancel)
    {
        Check();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file is not usable.</exception>
    public Task<TenantKeys> Load(
        string tenant, IReadOnlyCollection<string> algorithms, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        var keys = store.Read().Tenants.TryGetValue(tenant, out var entries) ? Parse(tenant, entries) : [];
        return Task.FromResult(new TenantKeys([.. keys.Where(key => algorithms.Contains(key.Row.Algorithm))], [], null));
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file is not usable.</exception>
    public async Task<bool> TryAdd(string tenant, ManagedKey key, CancellationToken cancel)
    {
        if (Holds(store.Read())) return false; // Many processes that start at once need not queue for the lock.
        using var held = await store.Lock(cancel);
        // Read again under the lock: another process may have added the key since.
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
    /// <exception cref="KeyFileException">The file is not usable.</exception>
    public async Task Remove(string tenant, KeyRow row, CancellationToken cancel)
    {
        using var held = await store.Lock(cancel);
        var content = store.Read();
        if (content.Tenants.TryGetValue(tenant, out var entries) && entries.RemoveAll(entry => entry.Is(row)) > 0) store.Write(content);
    }

    /// <inheritdoc/>
    /// <exception cref="KeyFileException">The file is not usable.</exception>
    public IAsyncEnumerable<TenantKeyRows> All(CancellationToken cancel) => store.Read().Tenants
        .Select(tenant => new TenantKeyRows(tenant.Key, [.. Parse(tenant.Key, tenant.Value).Select(key => key.Row)])).ToAsyncEnumerable();

    List<ManagedKey> Parse(string tenant, List<KeyFileEntry> entries)
    {
        try
        {
            var keys = entries.ConvertAll(entry => ManagedKey.Restore(
                entry.Algorithm, entry.Number, entry.Created, entry.SignsFrom, Convert.FromBase64String(entry.Key)));
            return keys.DistinctBy(key => (key.Row.Algorithm, key.Row.Number)).Count() == keys.Count
                ? keys
                : throw new FormatException("Two keys have the same number.");
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            throw store.Fault($"holds a key of tenant {tenant} that cannot be read", fault);
        }
    }
}

/// <summary>The key file is not usable. The message names the file, says what is wrong and what to do.</summary>
public sealed class KeyFileException(string message, Exception? cause) : Exception(message, cause);
