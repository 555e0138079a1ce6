using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>The rows of a counter as they were read: attempts that failed, and those that are still pending.</summary>
/// <param name="Counter">The counter, with its limits raised for remembered successes.</param>
/// <param name="Live">The attempts that count.</param>
/// <param name="Expired">The attempts that are too old to count.</param>
/// <param name="SuccessIsKnown">True if no success needs to be remembered any more.</param>
/// <param name="Now">When they were read.</param>
sealed record LockoutHistory(
    LockoutCounter Counter, IReadOnlyList<TableEntity> Live, IReadOnlyList<TableEntity> Expired, bool SuccessIsKnown, DateTimeOffset Now)
{
    // An attempt that has been pending for longer has crashed, and counts as a failure.
    static readonly TimeSpan MaxPending = TimeSpan.FromMinutes(1);

    /// <summary>Reads a counter's rows; attempts before <paramref name="since"/> no longer count.</summary>
    public static async Task<LockoutHistory> Read(
        Table table, LockoutCounter counter, DateTimeOffset since, DateTimeOffset now, CancellationToken cancel)
    {
        var (live, expired) = (new List<TableEntity>(), new List<TableEntity>());
        var (successes, isKnown) = (0, counter.SuccessOf is null);
        await foreach (var row in table.Range(counter.Partition, RowKeys.AnySuccess, RowKeys.AnyAttempt + "~", null, cancel))
        {
            if (row.RowKey.StartsWith(RowKeys.AnySuccess, StringComparison.Ordinal))
            {
                successes++;
                isKnown |= row.RowKey == RowKeys.Success(counter.SuccessOf!);
            }
            else
            {
                (At(row) > since ? live : expired).Add(row);
            }
        }
        return new LockoutHistory(counter.For(successes), live, expired, isKnown, now);
    }

    /// <summary>The seconds that the next attempt must wait.</summary>
    /// <param name="pendingCount">True if pending attempts count as failures.</param>
    public int Wait(bool pendingCount)
    {
        var failures = pendingCount ? Live : [.. Live.Where(row => row.GetBoolean("Failed") is true || At(row) < Now - MaxPending)];
        return failures.Count == 0 ? 0 : Seconds(failures.Max(At) + Counter.Wait(failures.Count) - Now);
    }

    /// <summary>The slots to try to reserve, in order, each with the ETag of the expired row in it, if there is one.</summary>
    public IEnumerable<(int Index, ETag ETag)> FreeSlots()
    {
        var taken = Live.Select(Index).ToHashSet();
        var etags = Expired.ToDictionary(Index, row => row.ETag);
        int[] free = [.. Enumerable.Range(0, Counter.Max).Where(index => !taken.Contains(index))];
        // Among the slots without a wait, a random order keeps parallel attempts apart. Later slots are taken in order.
        int[] quick = Live.Count < Counter.SlowFrom ? [.. free.Where(index => index < Counter.SlowFrom)] : [];
        RandomNumberGenerator.Shuffle<int>(quick);
        if (quick.Length > 0) return quick.Take(3).Select(index => (index, etags.GetValueOrDefault(index)));
        if (free.Length > 0) return [(free[0], etags.GetValueOrDefault(free[0]))];
        var oldest = Live.MinBy(At)!; // All slots are taken, but the lock is over.
        return [(Index(oldest), oldest.ETag)];
    }

    /// <summary>A time in whole seconds, rounded up, at least 0.</summary>
    public static int Seconds(TimeSpan time) => Math.Max(0, (int)Math.Ceiling(time.TotalSeconds));

    static DateTimeOffset At(TableEntity row) => row.GetDateTimeOffset("At")!.Value;

    static int Index(TableEntity row) => RowKeys.AttemptIndex(row.RowKey);
}
