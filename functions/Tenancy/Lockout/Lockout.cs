using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// The lockout: limits failed attempts at secrets (SCHEMA.md, tables Attempts…). Before the secret is checked, an attempt reserves
/// a slot, and releases it if the secret was right. There are as many slots as failures are allowed, and each is a row that only
/// one attempt can insert. So parallel attempts can try no more than the same number one after the other. Right attempts at the
/// same time wait for each other's slots instead of being refused.
/// </summary>
public sealed class Lockout(StorageClients storage, TimeProvider clock)
{
    const int MaxKnownRefusals = 10_000;

    // How long a failure counts: as long as the longest lock that the settings allow.
    static readonly TimeSpan Window = TimeSpan.FromHours(1);

    // How long a refusal is repeated without a look at the tables, where an administrator may have cleared it meanwhile.
    static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(5);

    // How long an attempt waits for slots that other attempts hold.
    static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    readonly ExpiringTables tables = new(storage.Tables, TableNames.Attempts);
    readonly KeyedSemaphore semaphore = new(maxWaiting: 500, MaxWait);
    readonly ConcurrentDictionary<string, (DateTimeOffset Until, DateTimeOffset Asked)> refusals = new(StringComparer.Ordinal);

    /// <summary>Reserves a slot in each counter. Whoever shares two counters with others must pass them in the same order.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait: nothing may be tried now, and nothing was counted.</exception>
    public async Task<LockoutAttempt> Reserve(IReadOnlyList<LockoutCounter> counters, CancellationToken cancel)
    {
        ThrowIfRefused(counters);
        var attempt = new LockoutAttempt();
        try
        {
            // Parallel attempts in this process wait here, which is cheaper than polling the tables.
            foreach (var counter in counters)
            {
                attempt.Entered.Add(await semaphore.Enter(counter.Partition, counter.SlowFrom, cancel)
                    ?? throw OAuthError.TooManyAttempts(1));
            }
            // Others may have been refused while this one waited; then storage need not be asked again.
            ThrowIfRefused(counters);
            var waits = await Task.WhenAll(counters.Select(counter => ReserveFor(attempt, counter, cancel)));
            return waits.Max() is var wait and > 0 ? throw OAuthError.TooManyAttempts(wait) : attempt;
        }
        catch
        {
            // One counter may have given a slot before another refused, or the caller hung up.
            using (attempt) await attempt.Withdraw();
            throw;
        }
    }

    async Task<int> ReserveFor(LockoutAttempt attempt, LockoutCounter counter, CancellationToken cancel)
    {
        var (slot, wait) = await Reserve(counter, cancel);
        lock (attempt.Slots)
        {
            if (slot is not null) attempt.Slots.Add(slot);
        }
        return wait;
    }

    /// <summary>Forgets the failures of all partitions whose keys start with this; there are few of them.</summary>
    public async Task Clear(string start, CancellationToken cancel)
    {
        var (today, yesterday) = Tables(clock.GetUtcNow());
        foreach (var table in yesterday is null ? [today] : new[] { today, yesterday })
        {
            await foreach (var row in table.Scan($"PartitionKey ge {start} and PartitionKey lt {start + "~"}", cancel))
            {
                row.ETag = ETag.All;
                await table.TryDelete(row, cancel);
            }
        }
        foreach (var partition in refusals.Keys.Where(partition => partition.StartsWith(start, StringComparison.Ordinal)).ToList())
            refusals.TryRemove(partition, out _);
    }

    /// <summary>Drops the tables of past days.</summary>
    public Task<int> DropExpired(CancellationToken cancel) => tables.DropExpired(clock.GetUtcNow(), cancel);

    async Task<(LockoutSlot? Slot, int Wait)> Reserve(LockoutCounter counter, CancellationToken cancel)
    {
        for (var (round, start) = (0, clock.GetTimestamp()); ; round++)
        {
            var now = clock.GetUtcNow();
            var history = await LockoutHistory.Read(Tables(now), counter, now - Window, now, cancel);
            var late = clock.GetElapsedTime(start) > MaxWait;
            var wait = history.Wait(pendingCount: true);
            if (wait > 0)
            {
                var failed = history.Wait(pendingCount: false);
                if (failed > 0) RememberRefusal(counter.Partition, now, failed);
                if (failed > 0 || late) return (null, failed > 0 ? failed : Math.Min(wait, 1));
            }
            else if (await TryInsert(history, now) is { } slot)
            {
                return (slot, 0);
            }
            else if (late)
            {
                return (null, 1);
            }
            // Other attempts hold the slots, and may yet release them.
            if (wait > 0 || round > 3) await Task.Delay(Poll * Math.Min(round + 1, 8), clock, cancel);
        }
    }

    // Only one attempt can insert a row, or replace an expired one. It is not cancelled: a caller who hangs up half-way would leave a
    // row whose owner nobody knows.
    static async Task<LockoutSlot?> TryInsert(LockoutHistory history, DateTimeOffset now)
    {
        foreach (var (index, etag) in history.FreeSlots())
        {
            var row = new TableEntity(history.Counter.Partition, RowKeys.Attempt(index)) { ["At"] = now, ETag = etag };
            var action = etag == default ? TableTransactionActionType.Add : TableTransactionActionType.UpdateReplace;
            if (await history.Today.TransactForETags([new(action, row, etag)], CancellationToken.None) is not [var written]) continue;
            row.ETag = written;
            return new LockoutSlot(history, row);
        }
        return null;
    }

    void ThrowIfRefused(IReadOnlyList<LockoutCounter> counters)
    {
        var now = clock.GetUtcNow();
        if (counters.Max(counter => KnownWait(counter.Partition, now)) is var wait and > 0) throw OAuthError.TooManyAttempts(wait);
    }

    int KnownWait(string partition, DateTimeOffset now) =>
        refusals.TryGetValue(partition, out var refusal) && now < refusal.Until && (now - refusal.Asked).Duration() < RefusalTime
            ? LockoutHistory.Seconds(refusal.Until - now) : 0;

    // So that somebody who keeps guessing does not cause a request to the tables each time.
    void RememberRefusal(string partition, DateTimeOffset now, int seconds)
    {
        if (refusals.Count >= MaxKnownRefusals) refusals.Clear();
        refusals[partition] = (now.AddSeconds(seconds), now);
    }

    // Yesterday's only while its last failures still count: a lock lasts across midnight.
    (Table Today, Table? Yesterday) Tables(DateTimeOffset now)
    {
        var (today, before) = (ExpiringTables.Bucket(now), ExpiringTables.Bucket(now - Window));
        return (tables.For(today), before == today ? null : tables.For(before));
    }
}
