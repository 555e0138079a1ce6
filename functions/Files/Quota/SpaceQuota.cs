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
        Usage.Read(await table.Find(RowKeys.Space(tenant, space), RowKeys.SpaceUsage, cancel));

    /// <summary>Writes these rows of a space and its usage in one transaction; false if one of the rows lost its race.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>; 503 <c>space_busy</c> if every attempt lost its race for the usage.</exception>
    public async Task<bool> TryTransact(
        string tenant, string space, UsageChange change, IReadOnlyList<TableTransactionAction> rows, CancellationToken cancel)
    {
        if (cache.Count > MaxCachedSpaces) cache.Clear();
        var known = cache.GetOrAdd($"{tenant}|{space}", _ => new CachedUsage());
        await known.Turn.WaitAsync(cancel); // Changes in one process would only make each other fail.
        try
        {
            return await Transact(tenant, space, known, change, rows, cancel);
        }
        catch
        {
            known.Usage = null; // Only storage knows whether the write happened.
            throw;
        }
        finally
        {
            known.Turn.Release();
        }
    }

    async Task<bool> Transact(string tenant, string space, CachedUsage known, UsageChange change,
        IReadOnlyList<TableTransactionAction> rows, CancellationToken cancel)
    {
        var limits = (await tenants.Find(tenant, cancel))?.Limits ?? new FileLimits();
        var usage = known.Usage ?? await Read(tenant, space, cancel);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            usage = await EnsureWithin(limits, known, usage, change, () => Read(tenant, space, cancel));
            usage = await EnsureReserved(tenant, space, usage, change, limits, cancel);
            var next = usage.With(change);
            var excess = change is { Bytes: <= 0, Files: <= 0 } ? await tenantQuota.FindExcess(tenant, space, next, limits, cancel) : null;
            if (excess is not null) next = excess.Kept;
            if (await table.TransactForETags([next.Write(RowKeys.Space(tenant, space)), .. rows], cancel) is { } etags)
            {
                known.Usage = next with { ETag = etags[0] };
                if (excess is not null) await tenantQuota.Release(excess, cancel);
                return true;
            }
            var (before, now) = (usage.ETag, await Read(tenant, space, cancel));
            known.Usage = usage = now;
            if (now.ETag == before) return false; // The usage is unchanged, so one of the other rows lost its race.
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw Problem.Unavailable("space_busy", "Too many changes are being made in this space at once.", 1);
    }

    // The cached usage may be stale, so a change is refused only after the usage was read from storage.
    static async Task<Usage> EnsureWithin(
        FileLimits limits, CachedUsage known, Usage usage, UsageChange change, Func<Task<Usage>> read)
    {
        try
        {
            usage.EnsureWithin(change, limits);
        }
        catch (Problem) when (known.Usage is not null)
        {
            known.Usage = null;
            usage = await read();
            usage.EnsureWithin(change, limits);
        }
        return usage;
    }

    async Task<Usage> EnsureReserved(
        string tenant, string space, Usage usage, UsageChange change, FileLimits limits, CancellationToken cancel)
    {
        var next = usage.With(change);
        return next.Bytes <= usage.ReservedBytes && next.Files <= usage.ReservedFiles
            ? usage : await tenantQuota.Reserve(tenant, space, usage, next, limits, cancel);
    }

    sealed class CachedUsage
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public Usage? Usage { get; set; }
    }
}
