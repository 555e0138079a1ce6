namespace Latchkey.Keys;

/// <summary>
/// Stores tenants' own keys. There are two implementations: <see cref="KeyFile"/> (development) and <see cref="WrappedKeyStore"/>,
/// a table of wrapped keys. A stored key never changes; it is added and, long after, removed.
/// </summary>
interface IKeyStore
{
    /// <summary>Reads and decrypts a tenant's keys of these algorithms. A key that cannot be decrypted does not fail the others.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="algorithms">Keys of other algorithms are ignored.</param>
    /// <param name="known">Keys that were decrypted before and need not be decrypted again.</param>
    /// <param name="cancel">Cancels the reading.</param>
    Task<TenantKeys> Load(string tenant, IReadOnlyCollection<string> algorithms, IReadOnlyList<ManagedKey> known, CancellationToken cancel);

    /// <summary>Throws if keys cannot be decrypted or created now; it does not read any key.</summary>
    Task Check(CancellationToken cancel);

    /// <summary>Stores a key; false if its number is taken.</summary>
    Task<bool> TryAdd(string tenant, ManagedKey key, CancellationToken cancel);

    /// <summary>Removes a key, if it exists.</summary>
    Task Remove(string tenant, KeyRow row, CancellationToken cancel);

    /// <summary>The rows of all tenants, one tenant after the other, not decrypted: needs no vault.</summary>
    IAsyncEnumerable<TenantKeyRows> All(CancellationToken cancel);
}

/// <summary>The keys of a tenant, not decrypted.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Rows">Its keys.</param>
sealed record TenantKeyRows(string Tenant, IReadOnlyList<KeyRow> Rows);
