namespace Latchkey.Keys;

/// <summary>
/// Where tenants' own keys are kept. Two: <see cref="KeyFile"/> (development) and the table of wrapped keys. A stored key
/// never changes; it is added and, long after, removed.
/// </summary>
internal interface IKeyStore
{
    /// <summary>A tenant's keys of these algorithms, opened. Those that can't be opened are shut, and fail nobody else.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="algorithms">The rest is left alone.</param>
    /// <param name="known">Keys opened before: they need not be opened again.</param>
    /// <param name="cancel">Gives up.</param>
    Task<TenantKeys> Load(string tenant, IReadOnlyCollection<string> algorithms, IReadOnlyList<ManagedKey> known, CancellationToken cancel);

    /// <summary>Throws if keys can't be opened or made now; looks at no key itself.</summary>
    Task Check(CancellationToken cancel);

    /// <summary>Stores a key; false if its number is taken.</summary>
    Task<bool> TryAdd(string tenant, ManagedKey key, CancellationToken cancel);

    /// <summary>Removes a key; one that is not there is well removed.</summary>
    Task Remove(string tenant, KeyRow row, CancellationToken cancel);

    /// <summary>The rows of all tenants, unopened: asks no vault.</summary>
    Task<ILookup<string, KeyRow>> All(CancellationToken cancel);
}
