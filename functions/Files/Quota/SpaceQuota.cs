using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Enforces the quota of a space. Every change of a space's files is counted in the same transaction, on condition that the
/// usage row has not changed since it was read. So nothing is counted twice or not at all, and concurrent changes can't exceed a
/// limit. The last usage is cached, so a change costs one round trip, unless another process changed the usage in between.
/// </summary>
public sealed class SpaceQuota(StorageClients storage, TenantStore tenants, TenantQuota tenantQuota, TimeProvider clock)
{
    const int MaxCachedSpaces = 10_000;
    const int MaxAttempts = 30;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));
    readonly ConcurrentDictionary<string, CachedUsage> cache = new(StringComparer.Ordinal);

    /// <summary>The space's current usage.</summary>
    public async Task<Usage> Read(string tenant, string space, CancellationToken cancel) =>
        Usage.Read(await table.Find(RowKeys.Space(tenant, space), RowKeys.SpaceQuota, cancel));

    /// <summary>Writes these rows of a space and its usage in one transaction; false if one of the rows lost its race.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>; 503 <c>space_busy</c> if every attempt lost its race for the usage.</exception>
    public async Task<bool> TryTransact(
        string tenant, string space, UsageChange change, IReadOnlyList<TableTransactionAction> rows, CancellationToken cancel)
    {
        if (cache.Count > MaxCachedSpaces) cache.Clear();
        var cached = cache.GetOrAdd($"{tenant}|{space}", _ => new CachedUsage(tenant, space));
        await cached.Turn.WaitAsync(cancel); // Changes in one process would only make each other fail.
        try
        {
            return await Transact(cached, change, rows, cancel);
        }
        catch
        {
            cached.Usage = null; // Only storage knows whether the write happened.
            throw;
        }
        finally
        {
            cached.Turn.Release();
        }
    }

    async Task<bool> Transact(
        CachedUsage cached, UsageChange change, IReadOnlyList<TableTransactionAction> rows, CancellationToken cancel)
    {
        var (tenant, space) = (cached.Tenant, cached.Space);
        var limits = (await tenants.Find(tenant, cancel))?.Limits ?? new FileLimits();
        var usage = cached.Usage ?? await Read(tenant, space, cancel);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            usage = await EnsureReserved(cached, usage, change, limits, cancel);
            var next = usage.With(change);
            var isShrinking = change is { Bytes: <= 0, Files: <= 0 };
            var excess = isShrinking ? await tenantQuota.FindExcess(tenant, space, next, limits, cancel) : null;
            if (excess is not null) next = excess.Kept;
            if (await table.TransactForETags([next.Write(RowKeys.Space(tenant, space)), .. rows], cancel) is { } etags)
            {
                cached.Usage = next with { ETag = etags[0] };
                if (excess is not null) await tenantQuota.Release(excess, cancel);
                return true;
            }
            var (before, now) = (usage.ETag, await Read(tenant, space, cancel));
            cached.Usage = usage = now;
            if (now.ETag == before) return false; // The usage is unchanged, so one of the other rows lost its race.
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw Problem.Unavailable("space_busy", "Too many changes are being made in this space at once.", 1);
    }

    // The cached usage may be stale, so a change is refused only after the usage was read from storage.
    async Task<Usage> EnsureReserved(
        CachedUsage cached, Usage usage, UsageChange change, FileLimits limits, CancellationToken cancel)
    {
        try
        {
            usage.EnsureWithin(change, limits);
        }
        catch (Problem) when (cached.Usage is not null)
        {
            cached.Usage = null;
            usage = await Read(cached.Tenant, cached.Space, cancel);
            usage.EnsureWithin(change, limits);
        }
        var next = usage.With(change);
        if (next.Bytes <= usage.TakenBytes && next.Files <= usage.TakenFiles) return usage;
        return await tenantQuota.Reserve(cached.Tenant, cached.Space, usage, next, limits, cancel);
    }

    sealed class CachedUsage(string tenant, string space)
    {
        public string Tenant => tenant;

        public string Space => space;

        public SemaphoreSlim Turn { get; } = new(1);

        public Usage? Usage { get; set; }
    }
}
