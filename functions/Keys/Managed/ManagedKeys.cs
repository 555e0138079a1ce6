using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Latchkey.Keys;

/// <summary>
/// The keys that this service creates, per tenant. They are read and decrypted at first use, then read again (but not decrypted
/// again) every few minutes. Whoever finds none creates them; if several do so at once, the store lets one win and the others use
/// its keys.
/// </summary>
/// <param name="store">Where they are stored.</param>
/// <param name="algorithms">The algorithms of a tenant's keys.</param>
/// <param name="maker">Creates the signing keys.</param>
/// <param name="clock">The clock of their times.</param>
/// <param name="logger">Records which keys were added, removed, and could not be read.</param>
sealed partial class ManagedKeys(
    IKeyStore store, IReadOnlyCollection<string> algorithms, KeyMaker maker, TimeProvider clock, ILogger<ManagedKeys> logger)
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<string, RefreshingCache<TenantKeys>> tenants = new(StringComparer.Ordinal);

    public DateTimeOffset Now => clock.GetUtcNow();

    public IReadOnlyCollection<string> Algorithms => algorithms;

    /// <summary>Throws if keys cannot be decrypted or created now.</summary>
    public Task Check(CancellationToken cancel) => store.Check(cancel);

    /// <summary>The keys, from memory if they were read within 5 minutes.</summary>
    public ValueTask<TenantKeys> Get(string tenant, CancellationToken cancel) => Of(tenant).Get(cancel);

    /// <summary>The keys, read again unless that was tried in the last 30 seconds.</summary>
    public ValueTask<TenantKeys> Renewed(string tenant, CancellationToken cancel) => Of(tenant).Renewed(cancel);

    /// <summary>The keys, read again in any case: for an administrator who has just changed them.</summary>
    public Task<TenantKeys> ReadNow(string tenant, CancellationToken cancel) => Of(tenant).ReadNow(cancel);

    /// <summary>The rows of all tenants, not decrypted.</summary>
    public IAsyncEnumerable<TenantKeyRows> Rows(CancellationToken cancel) => store.All(cancel);

    /// <summary>
    /// Adds the next key for each algorithm whose newest key <paramref name="isDue"/>; it signs after the lead time. A key that does
    /// not sign yet gets no successor, so two requests at once, or in a row, make one key.
    /// </summary>
    /// <returns>How many keys were added, by this call or by a faster one.</returns>
    public async Task<int> Rotate(string tenant, Func<KeyRow, bool> isDue, CancellationToken cancel)
    {
        var keys = await ReadNow(tenant, cancel);
        var added = 0;
        foreach (var algorithm in algorithms)
        {
            var newest = keys.NewestRow(algorithm);
            if (newest is null || !newest.MaySign(Now) || !isDue(newest)) continue;
            await Add(tenant, algorithm, newest.Number + 1, cancel);
            added++;
        }
        if (added > 0) await ReadNow(tenant, cancel);
        return added;
    }

    /// <summary>Removes the keys whose every signature has expired.</summary>
    public async Task<int> RemoveExpired(string tenant, CancellationToken cancel)
    {
        var expired = (await ReadNow(tenant, cancel)).Expired(Now).ToList();
        foreach (var row in expired)
        {
            await store.Remove(tenant, row, cancel);
            Log.Removed(logger, row.Algorithm, row.Kid, tenant);
        }
        if (expired.Count > 0) await ReadNow(tenant, cancel);
        return expired.Count;
    }

    RefreshingCache<TenantKeys> Of(string tenant) => tenants.GetOrAdd(tenant, tenant =>
    {
        // What was decrypted once is reused, even if the rest of the reading failed.
        IReadOnlyList<ManagedKey> decrypted = [];
        return new(clock, () => Load(tenant, decrypted, keys => decrypted = keys), keys => keys.Failure is null);
    });

    async Task<TenantKeys> Load(string tenant, IReadOnlyList<ManagedKey> known, Action<IReadOnlyList<ManagedKey>> remember)
    {
        using var limit = new CancellationTokenSource(Timeout, clock);
        try
        {
            var keys = await LoadOrMake(tenant, known, limit.Token);
            remember(keys.Usable);
            // If an algorithm has no usable key, the result is not cached: the next caller tries again.
            return keys.Failure is null || algorithms.All(keys.HasUsable) ? keys : throw keys.Failure.Again();
        }
        catch (OperationCanceledException fault)
        {
            Log.Unread(logger, tenant, fault);
            throw new SigningUnavailableException($"Reading the keys of tenant {tenant} took too long.", fault);
        }
        catch (Exception fault)
        {
            Log.Unread(logger, tenant, fault);
            throw;
        }
    }

    async Task<TenantKeys> LoadOrMake(string tenant, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        var keys = await store.Load(tenant, algorithms, known, cancel);
        var missing = algorithms.Where(algorithm => keys.NewestRow(algorithm) is null).ToList();
        if (missing.Count == 0) return keys;
        foreach (var algorithm in missing) await Add(tenant, algorithm, 1, cancel);
        // Whoever won, only what is stored counts.
        return await store.Load(tenant, algorithms, keys.Usable, cancel);
    }

    async Task Add(string tenant, string algorithm, int number, CancellationToken cancel)
    {
        var key = ManagedKey.Create(algorithm, number, Now, maker);
        if (await store.TryAdd(tenant, key, cancel)) Log.Added(logger, algorithm, key.Row.Kid, tenant, key.Row.SignsFrom);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Key {Algorithm} {Kid} of tenant {Tenant} was created; it signs from {SignsFrom:u}")]
        public static partial void Added(ILogger logger, string algorithm, string kid, string tenant, DateTimeOffset signsFrom);

        [LoggerMessage(LogLevel.Information, "Key {Algorithm} {Kid} of tenant {Tenant} was removed: everything that it signed has expired")]
        public static partial void Removed(ILogger logger, string algorithm, string kid, string tenant);

        [LoggerMessage(LogLevel.Warning, "The keys of tenant {Tenant} could not be read")]
        public static partial void Unread(ILogger logger, string tenant, Exception fault);
    }
}
