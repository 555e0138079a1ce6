using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Latchkey.Keys;

/// <summary>
/// The keys that we make ourselves, per tenant: read and opened at first use, read again (but not opened again) every few
/// minutes. The first to find none makes them; of several that do so at once the store lets one win, and the others take
/// its keys.
/// </summary>
/// <param name="store">Where they are kept.</param>
/// <param name="algorithms">The kinds that a tenant has.</param>
/// <param name="maker">Makes the signing keys.</param>
/// <param name="clock">The clock of their times.</param>
/// <param name="log">Says what was made, removed, and could not be read.</param>
internal sealed partial class ManagedKeys(
    IKeyStore store, IReadOnlyCollection<string> algorithms, KeyMaker maker, TimeProvider clock, ILogger<ManagedKeys> log)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, RefreshingCache<TenantKeys>> tenants = new(StringComparer.Ordinal);

    public DateTimeOffset Now => clock.GetUtcNow();

    public IReadOnlyCollection<string> Algorithms => algorithms;

    /// <summary>Throws if keys can't be opened or made now.</summary>
    public Task Check(CancellationToken cancel) => store.Check(cancel);

    /// <summary>The keys, from memory if they were read within 5 minutes.</summary>
    public ValueTask<TenantKeys> Get(string tenant, CancellationToken cancel) => Of(tenant).Get(cancel);

    /// <summary>The keys, read anew unless that was tried in the last 30 seconds.</summary>
    public ValueTask<TenantKeys> Renewed(string tenant, CancellationToken cancel) => Of(tenant).Renewed(cancel);

    /// <summary>The keys, read anew: for an operator, who wants to see what was done a moment ago.</summary>
    public Task<TenantKeys> ReadNow(string tenant, CancellationToken cancel) => Of(tenant).ReadNow(cancel);

    /// <summary>The rows of all tenants, unopened.</summary>
    public Task<ILookup<string, KeyRow>> Rows(CancellationToken cancel) => store.All(cancel);

    /// <summary>
    /// Adds the next key wherever <paramref name="isDue"/> says so of the newest; it signs after the lead. A key that has
    /// not begun to sign gets no successor: two commands at once, or a nervous one, make one key.
    /// </summary>
    /// <returns>How many were added, by us or by somebody who was faster.</returns>
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

    /// <summary>Removes the keys that nothing alive was signed with.</summary>
    public async Task<int> RemoveOutlived(string tenant, CancellationToken cancel)
    {
        var outlived = (await ReadNow(tenant, cancel)).Outlived(Now).ToList();
        foreach (var row in outlived)
        {
            await store.Remove(tenant, row, cancel);
            Log.Removed(log, row.Algorithm, row.Kid, tenant);
        }
        if (outlived.Count > 0) await ReadNow(tenant, cancel);
        return outlived.Count;
    }

    private RefreshingCache<TenantKeys> Of(string tenant) => tenants.GetOrAdd(tenant, tenant =>
    {
        // What was opened once stays open, even if the reading failed otherwise.
        IReadOnlyList<ManagedKey> open = [];
        return new(clock, () => Load(tenant, open, keys => open = keys), keys => keys.Why is null);
    });

    private async Task<TenantKeys> Load(string tenant, IReadOnlyList<ManagedKey> known, Action<IReadOnlyList<ManagedKey>> opened)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        try
        {
            var keys = await LoadOrMake(tenant, known, limit.Token);
            opened(keys.Open);
            // Useless keys are not held: the next caller tries again.
            return keys.Why is null || algorithms.All(keys.HasOpen) ? keys : throw keys.Why.Again();
        }
        catch (OperationCanceledException e)
        {
            Log.Unread(log, tenant, e);
            throw new SigningUnavailableException($"Reading the keys of tenant {tenant} took too long.", e);
        }
        catch (Exception e)
        {
            Log.Unread(log, tenant, e);
            throw;
        }
    }

    private async Task<TenantKeys> LoadOrMake(string tenant, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        var keys = await store.Load(tenant, algorithms, known, cancel);
        var missing = algorithms.Where(algorithm => keys.NewestRow(algorithm) is null).ToList();
        if (missing.Count == 0) return keys;
        foreach (var algorithm in missing) await Add(tenant, algorithm, 1, cancel);
        // Whoever won, only what is stored counts.
        return await store.Load(tenant, algorithms, keys.Open, cancel);
    }

    private async Task Add(string tenant, string algorithm, int number, CancellationToken cancel)
    {
        var key = ManagedKey.Create(algorithm, number, Now, maker);
        if (await store.TryAdd(tenant, key, cancel)) Log.Added(log, algorithm, key.Row.Kid, tenant, key.Row.SignsFrom);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Key {Algorithm} {Kid} of tenant {Tenant} is made; it signs from {SignsFrom:u}")]
        public static partial void Added(ILogger log, string algorithm, string kid, string tenant, DateTimeOffset signsFrom);

        [LoggerMessage(LogLevel.Information, "Key {Algorithm} {Kid} of tenant {Tenant} is removed: nothing that it signed is alive")]
        public static partial void Removed(ILogger log, string algorithm, string kid, string tenant);

        [LoggerMessage(LogLevel.Warning, "The keys of tenant {Tenant} could not be read")]
        public static partial void Unread(ILogger log, string tenant, Exception e);
    }
}
