using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Enforces the quota of a space. Every change of a space's files is counted in the same transaction, on condition that the
/// usage row has not changed since it was read. So nothing is counted twice or not at all, and concurrent changes can't exceed a
/// limit. The last usage is cached, so a change costs one round trip, unless another process changed the usage in between. A change
/// that people see gets the next number of the space and is recorded in the same transaction (<see cref="ChangeFeed"/>), and so is
/// what others are told of it (<see cref="Outbox"/>).
/// </summary>
public sealed class SpaceQuota(
    StorageClients storage, TenantStore tenants, TenantQuota tenantQuota, FileSchedule schedule, Outbox outbox, TimeProvider clock)
{
    const int MaxCachedSpaces = 10_000;
    const int MaxAttempts = 30;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));
    readonly KeptLeaves leaves = new();
    readonly ConcurrentDictionary<string, CachedUsage> cache = new(StringComparer.Ordinal);

    /// <summary>The space's current usage.</summary>
    public async Task<Usage> Read(string tenant, string space, CancellationToken cancel) =>
        Usage.Read(await table.Find(RowKeys.Space(tenant, space), RowKeys.SpaceUsage, cancel));

    /// <summary>Writes these rows of a space and its usage in one transaction; false if one of the rows lost its race.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>; 503 <c>space_busy</c> if every attempt lost its race for the usage.</exception>
    public async Task<bool> TryTransact(
        string tenant, string space, UsageChange change, IReadOnlyList<TableTransactionAction> rows, CancellationToken cancel) =>
        await TransactForETags(tenant, space, change, rows, cancel) is not null;

    /// <summary>The same; returns the new ETags of these rows in order, or null if one of them lost its race.</summary>
    /// <exception cref="Problem">The same.</exception>
    public async Task<IReadOnlyList<ETag>?> TransactForETags(
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

    async Task<IReadOnlyList<ETag>?> Transact(string tenant, string space, CachedUsage known, UsageChange change,
        IReadOnlyList<TableTransactionAction> rows, CancellationToken cancel)
    {
        var owner = await tenants.Find(tenant, cancel);
        var limits = owner?.Limits ?? new FileLimits();
        var usage = known.Usage ?? await Read(tenant, space, cancel);
        if (change.Change is not null) await ScheduleDrop(tenant, space, known, cancel);
        PreparedEvents? told = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // Only a file that begins makes a space, or a folder that somebody makes.
            if (usage.ETag is null && (change.InSpace || change.Change is { Folder: null })) return null;
            usage = await EnsureWithin(limits, known, usage, change, () => Read(tenant, space, cancel));
            usage = await EnsureReserved(tenant, space, usage, change, limits, cancel);
            var next = usage.With(change);
            var excess = IsRelease(change) ? await tenantQuota.FindExcess(tenant, space, next, limits, cancel) : null;
            if (excess is not null) next = excess.Kept;
            var partition = RowKeys.Space(tenant, space);
            if (owner is not null && (change.Change is not null || change.Unseen is not null))
                told ??= await outbox.Prepare(owner, TableNames.Files, partition, change.Events, cancel);
            var knowing = KnownRows.Write(table, partition, next.Incarnation!, change.Known, cancel);
            var finding = SearchIndex.Write(table, partition, leaves.Find(partition, usage.ETag), change.Search ?? [], cancel);
            await Task.WhenAll(knowing, finding);
            if (change.Indexes is { } file) SearchIndex.Mark(rows, file, next);
            var all = Rows(partition, next, change, [.. rows, .. await knowing, .. (await finding).Rows]);
            if (told is not null) all.Add(told.Numbered("sequence", next.Changes, change.Seen.Count).Row);
            if (all.Count > Table.MaxTransactionRows) throw new TransactionTooLargeException(all.Count);
            if (await table.TransactForETags(all, cancel) is { } etags)
            {
                if (told is not null) await outbox.Publish(told);
                known.Usage = next with { ETag = etags[0] };
                leaves.Keep(partition, etags[0], (await finding).Leaf);
                if (excess is not null) await tenantQuota.Release(excess, cancel);
                return [.. etags.Skip(1).Take(rows.Count)];
            }
            var (before, now) = (usage.ETag, await Read(tenant, space, cancel));
            known.Usage = usage = now;
            if (now.ETag == before) return null; // The usage is unchanged, so one of the other rows lost its race.
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw Problem.Unavailable("space_busy", "Too many changes are being made in this space at once.", 1);
    }

    static bool IsRelease(UsageChange change) =>
        change is { Bytes: <= 0, Files: <= 0 } && (change.Bytes, change.Files, change.Pending) != (0, 0, 0);

    List<TableTransactionAction> Rows(string partition, Usage next, UsageChange change, IReadOnlyList<TableTransactionAction> rows) =>
    [
        next.Write(partition),
        .. rows,
        .. change.Seen.Select((seen, n) => ChangeRows.Write(
            partition, next with { Changes = next.Changes - change.Seen.Count + 1 + n }, seen, clock.GetUtcNow())),
        .. change.Request is { } request ? [request.ToWrite()] : Array.Empty<TableTransactionAction>(),
    ];

    // Once a day and space, and before the day's first change: it leads the sweep to the changes once nobody may ask for them any more.
    async Task ScheduleDrop(string tenant, string space, CachedUsage known, CancellationToken cancel)
    {
        var tomorrow = clock.GetUtcNow().UtcDateTime.Date.AddDays(1);
        if (known.DropsScheduledUntil >= tomorrow) return;
        await schedule.AddChanges(tenant, space, new DateTimeOffset(tomorrow, TimeSpan.Zero) + ChangeFeed.Kept, cancel);
        known.DropsScheduledUntil = tomorrow;
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

        public DateTime DropsScheduledUntil { get; set; }
    }
}
