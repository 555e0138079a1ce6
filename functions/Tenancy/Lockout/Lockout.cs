using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Attempts at secrets (SCHEMA.md, tables Attempts…). One takes a place among those that may fail before the secret is looked
/// at, and gives it back if it was good. There are as many places as may fail and each is a row that only one attempt can
/// insert; so any number at once can try no more than the same number one after the other. Good ones at once wait for each
/// other's places instead of being refused.
/// </summary>
public sealed class Lockout(StorageClients storage, TimeProvider clock)
{
    const int MaxRemembered = 10_000;

    static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    readonly ExpiringTables tables = new(storage.Tables, "Attempts");
    readonly Turns turns = new(mostWaiting: 500, MaxWait);
    readonly ConcurrentDictionary<string, (DateTimeOffset Until, DateTimeOffset Asked)> refusals = new(StringComparer.Ordinal);

    /// <summary>Reserves a place under each count, in an order that is the same for all who share two of them.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait: nothing may be tried now, and this was not counted.</exception>
    public async Task<LockoutAttempt> Reserve(IReadOnlyList<LockoutCounter> counts, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (counts.Max(count => Known(count.Partition, now)) is var known and > 0) throw OAuthError.TooManyAttempts(known);
        var mine = new LockoutAttempt([]);
        try
        {
            // What this process does at once waits here, and not by asking the tables again and again.
            foreach (var count in counts)
                mine.Turns.Add(await turns.Take(count.Partition, count.Slow, cancel) ?? throw OAuthError.TooManyAttempts(1));
            var waits = await Task.WhenAll(counts.Select(count => TakeFor(mine, count, cancel)));
            return waits.Max() is var wait and > 0 ? throw OAuthError.TooManyAttempts(wait) : mine;
        }
        catch
        {
            using (mine) await mine.Withdraw(); // One count may have a place while the other has none, or its caller hung up.
            throw;
        }
    }

    async Task<int> TakeFor(LockoutAttempt attempt, LockoutCounter count, CancellationToken cancel)
    {
        var (place, wait) = await Take(count, cancel);
        lock (attempt.Places)
        {
            if (place is not null) attempt.Places.Add(place);
        }
        return wait;
    }

    /// <summary>Forgets the failures of all partitions whose keys start with this; there are few of them.</summary>
    public async Task Clear(string start, CancellationToken cancel)
    {
        await foreach (var row in Today(clock.GetUtcNow()).Scan($"PartitionKey ge {start} and PartitionKey lt {start + "~"}", cancel))
            await Today(clock.GetUtcNow()).TryDelete(Any(row), cancel);
        foreach (var partition in refusals.Keys.Where(partition => partition.StartsWith(start, StringComparison.Ordinal)).ToList())
            refusals.TryRemove(partition, out _);
    }

    /// <summary>Drops the days that are over.</summary>
    public Task<int> DropExpired(CancellationToken cancel) => tables.DropExpired(clock.GetUtcNow(), cancel);

    async Task<(Place? Place, int Wait)> Take(LockoutCounter count, CancellationToken cancel)
    {
        for (var (round, start) = (0, clock.GetTimestamp()); ; round++)
        {
            var now = clock.GetUtcNow();
            var seen = await Failures.Read(Today(now), count, now - Memory, now, cancel);
            var late = clock.GetElapsedTime(start) > MaxWait;
            var wait = seen.Wait(all: true);
            if (wait > 0)
            {
                var failed = seen.Wait(all: false);
                if (failed > 0) Remember(count.Partition, now, failed);
                if (failed > 0 || late) return (null, failed > 0 ? failed : Math.Min(wait, 1));
            }
            else if (await TryTake(Today(now), seen, now) is { } place)
            {
                return (place, 0);
            }
            else if (late)
            {
                return (null, 1);
            }
            // Others have the places, and may yet give them back.
            if (wait > 0 || round > 3) await Task.Delay(Poll * Math.Min(round + 1, 8), clock, cancel);
        }
    }

    // Only one attempt can insert a row, or replace one that counts no more. A caller who hangs up in the middle would leave
    // a row of which nobody knows whose it is.
    static async Task<Place?> TryTake(Table table, Failures seen, DateTimeOffset now)
    {
        foreach (var (index, etag) in seen.Free())
        {
            var row = new TableEntity(seen.Count.Partition, RowKeys.Attempt(index)) { ["At"] = now, ETag = etag };
            var action = etag == default ? TableTransactionActionType.Add : TableTransactionActionType.UpdateReplace;
            if (await table.Transact([new(action, row, etag)], CancellationToken.None) is not [var written]) continue;
            row.ETag = written;
            return new Place(table, seen, row);
        }
        return null;
    }

    int Known(string partition, DateTimeOffset now) =>
        refusals.TryGetValue(partition, out var refusal) && now < refusal.Until && (now - refusal.Asked).Duration() < Remembered
            ? Failures.Seconds(refusal.Until - now) : 0;

    // A guesser who goes on costs nobody a look into the tables.
    void Remember(string partition, DateTimeOffset now, int seconds)
    {
        if (refusals.Count >= MaxRemembered) refusals.Clear();
        refusals[partition] = (now.AddSeconds(seconds), now);
    }

    Table Today(DateTimeOffset now) => tables.For(ExpiringTables.Bucket(now));

    static TableEntity Any(TableEntity row)
    {
        row.ETag = ETag.All;
        return row;
    }

    /// <summary>What a count's rows said.</summary>
    internal sealed record Failures(LockoutCounter Count, IReadOnlyList<TableEntity> Live, IReadOnlyList<TableEntity> Over, bool GoodIsKnown, DateTimeOffset Now)
    {
        // Whoever looks at a secret for longer has died.
        static readonly TimeSpan MaxLook = TimeSpan.FromMinutes(1);

        public static async Task<Failures> Read(Table table, LockoutCounter count, DateTimeOffset since, DateTimeOffset now, CancellationToken cancel)
        {
            var (live, over, good, known) = (new List<TableEntity>(), new List<TableEntity>(), 0, count.GoodOf is null);
            await foreach (var row in table.Range(count.Partition, RowKeys.AnyGood, RowKeys.AnyAttempt + "~", null, cancel))
            {
                if (row.RowKey.StartsWith(RowKeys.AnyGood, StringComparison.Ordinal)) (good, known) = (good + 1, known || row.RowKey == RowKeys.Good(count.GoodOf!));
                else (At(row) > since ? live : over).Add(row);
            }
            return new Failures(count.For(good), live, over, known, now);
        }

        /// <summary>The seconds that the next must wait, as if those that are being looked at were failures, or without them.</summary>
        public int Wait(bool all)
        {
            var counted = all ? Live : [.. Live.Where(row => row.GetBoolean("Failed") is true || At(row) < Now - MaxLook)];
            return counted.Count == 0 ? 0 : Seconds(counted.Max(At) + Count.Wait(counted.Count) - Now);
        }

        /// <summary>The places to try to take, in order.</summary>
        public IEnumerable<(int Index, ETag ETag)> Free()
        {
            var taken = Live.Select(Index).ToHashSet();
            var etags = Over.ToDictionary(Index, row => row.ETag);
            int[] free = [.. Enumerable.Range(0, Count.Max).Where(index => !taken.Contains(index))];
            // Among those that need not wait any: attempts at once get into each other's way less. Later ones stand in line.
            int[] quick = Live.Count < Count.Slow ? [.. free.Where(index => index < Count.Slow)] : [];
            RandomNumberGenerator.Shuffle<int>(quick);
            if (quick.Length > 0) return quick.Take(3).Select(index => (index, etags.GetValueOrDefault(index)));
            if (free.Length > 0) return [(free[0], etags.GetValueOrDefault(free[0]))];
            var oldest = Live.MinBy(At)!; // The lock is over.
            return [(Index(oldest), oldest.ETag)];
        }

        public static int Seconds(TimeSpan time) => Math.Max(0, (int)Math.Ceiling(time.TotalSeconds));

        static DateTimeOffset At(TableEntity row) => row.GetDateTimeOffset("At")!.Value;

        static int Index(TableEntity row) => RowKeys.AttemptIndex(row.RowKey);
    }

    /// <summary>A place that an attempt has taken.</summary>
    internal sealed record Place(Table Table, Failures Seen, TableEntity Row)
    {
        public Task GiveBack() => Table.TryDelete(Row, CancellationToken.None);

        public Task Fail()
        {
            Row["Failed"] = true;
            return Table.TryReplace(Row, CancellationToken.None);
        }

        public async Task Good()
        {
            // Only what it found: who came meanwhile stays counted.
            var cleared = Seen.Count.GoodClears ? Seen.Live : [];
            var all = cleared.Where(row => row.RowKey != Row.RowKey).Append(Row).Select(row => (Task)Table.TryDelete(row, CancellationToken.None));
            if (!Seen.GoodIsKnown) all = all.Append(Table.Put(new TableEntity(Row.PartitionKey, RowKeys.Good(Seen.Count.GoodOf!)), CancellationToken.None));
            await Task.WhenAll(all);
        }
    }
}
