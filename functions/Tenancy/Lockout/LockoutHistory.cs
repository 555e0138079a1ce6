using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>The rows of a counter as they were read: attempts that failed, and those that are still pending.</summary>
/// <param name="Counter">The counter, with its limits raised for remembered successes.</param>
/// <param name="Today">The table of the day, where slots are reserved.</param>
/// <param name="Live">The attempts that count, each with its table: after midnight some are in yesterday's.</param>
/// <param name="Expired">The attempts in the table of the day that are too old to count.</param>
/// <param name="SuccessIsKnown">True if no success needs to be remembered any more.</param>
/// <param name="Now">When they were read.</param>
sealed record LockoutHistory(
    LockoutCounter Counter, Table Today, IReadOnlyList<(Table Table, TableEntity Row)> Live, IReadOnlyList<TableEntity> Expired,
    bool SuccessIsKnown, DateTimeOffset Now)
{
    // An attempt that has been pending for longer has crashed, and counts as a failure.
    static readonly TimeSpan MaxPending = TimeSpan.FromMinutes(1);

    /// <summary>Reads a counter's rows; attempts before <paramref name="since"/> no longer count.</summary>
    public static async Task<LockoutHistory> Read(
        (Table Today, Table? Yesterday) tables, LockoutCounter counter, DateTimeOffset since, DateTimeOffset now, CancellationToken cancel)
    {
        var earlier = tables.Yesterday is { } yesterday ? Rows(yesterday, counter, cancel) : Task.FromResult(new List<TableEntity>());
        var own = Rows(tables.Today, counter, cancel);
        await Task.WhenAll(own, earlier);
        var (live, expired) = (new List<(Table, TableEntity)>(), new List<TableEntity>());
        var (successes, isKnown) = (new HashSet<string>(StringComparer.Ordinal), counter.SuccessOf is null);
        foreach (var row in await own)
        {
            if (IsSuccess(row))
            {
                successes.Add(row.RowKey);
                isKnown |= row.RowKey == RowKeys.Success(counter.SuccessOf!);
            }
            else if (At(row) > since)
            {
                live.Add((tables.Today, row));
            }
            else
            {
                expired.Add(row);
            }
        }
        foreach (var row in await earlier)
        {
            if (IsSuccess(row)) successes.Add(row.RowKey);
            else if (At(row) > since) live.Add((tables.Yesterday!, row));
        }
        return new LockoutHistory(counter.For(successes.Count), tables.Today, live, expired, isKnown, now);
    }

    /// <summary>The seconds that the next attempt must wait.</summary>
    /// <param name="pendingCount">True if pending attempts count as failures.</param>
    public int Wait(bool pendingCount)
    {
        var failures = Live.Select(one => one.Row)
            .Where(row => pendingCount || row.GetBoolean("Failed") is true || At(row) < Now - MaxPending)
            .Select(At).ToList();
        return failures.Count == 0 ? 0 : Seconds(failures.Max() + Counter.Wait(failures.Count) - Now);
    }

    /// <summary>The slots to try to reserve, in order, each with the ETag of the expired row in it, if there is one.</summary>
    public IEnumerable<(int Index, ETag ETag)> FreeSlots()
    {
        var taken = Live.Select(one => Index(one.Row)).ToHashSet();
        var etags = Expired.ToDictionary(Index, row => row.ETag);
        int[] free = [.. Enumerable.Range(0, Counter.Max).Where(index => !taken.Contains(index))];
        // Among the slots without a wait, a random order keeps parallel attempts apart. Later slots are taken in order.
        int[] quick = Live.Count < Counter.SlowFrom ? [.. free.Where(index => index < Counter.SlowFrom)] : [];
        RandomNumberGenerator.Shuffle<int>(quick);
        if (quick.Length > 0) return quick.Take(3).Select(index => (index, etags.GetValueOrDefault(index)));
        if (free.Length > 0) return [(free[0], etags.GetValueOrDefault(free[0]))];
        // All slots are taken, but the lock is over. Yesterday's slot is taken over by a row in the table of the day.
        var (table, oldest) = Live.GroupBy(one => Index(one.Row)).Select(same => same.MaxBy(one => At(one.Row)))
            .MinBy(one => At(one.Row));
        return [(Index(oldest), table == Today ? oldest.ETag : default)];
    }

    /// <summary>A time in whole seconds, rounded up, at least 0.</summary>
    public static int Seconds(TimeSpan time) => Math.Max(0, (int)Math.Ceiling(time.TotalSeconds));

    static async Task<List<TableEntity>> Rows(Table table, LockoutCounter counter, CancellationToken cancel)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in table.Range(counter.Partition, RowKeys.AnySuccess, RowKeys.AnyAttempt + "~", null, cancel)) rows.Add(row);
        return rows;
    }

    static bool IsSuccess(TableEntity row) => row.RowKey.StartsWith(RowKeys.AnySuccess, StringComparison.Ordinal);

    static DateTimeOffset At(TableEntity row) => row.GetDateTimeOffset("At")!.Value;

    static int Index(TableEntity row) => RowKeys.AttemptIndex(row.RowKey);
}
