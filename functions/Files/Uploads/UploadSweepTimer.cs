using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Inspects the uploads whose time has come (<see cref="UploadInspection"/>). It finds them by their notes, so it never reads the
/// records of all files.
/// </summary>
public sealed partial class UploadSweepTimer(
    UploadStarter uploads, UploadInspection inspection, TimeProvider clock, ILogger<UploadSweepTimer> logger)
{
    const int MaxParallel = 8;

    /// <summary>Every ten minutes (NCRONTAB, UTC).</summary>
    [Function("sweep-uploads")]
    public async Task Run([TimerTrigger("0 2/10 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var over = ExpiringTables.Bucket(now.AddDays(-2));
        foreach (var bucket in await uploads.Notes.BucketsUpTo(now, cancel))
        {
            var counts = await Sweep(uploads.Notes.For(bucket), now, cancel);
            // What failed is still there at the next run. The table is dropped once its day is over and nothing is left in it.
            if (counts.Failed == 0 && string.CompareOrdinal(bucket, over) <= 0) await uploads.Notes.Drop(bucket, cancel);
            if (counts.Inspected > 0)
                Log.Swept(logger, bucket, counts.Inspected, counts.Ended, counts.Oversized, counts.Failed, timer.IsPastDue);
        }
    }

    async Task<Counts> Sweep(Table notes, DateTimeOffset now, CancellationToken cancel)
    {
        var counts = new Counts();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancel };
        await Parallel.ForEachAsync(notes.Scan($"At le {now}", cancel), parallel, async (row, stop) =>
        {
            Interlocked.Increment(ref counts.Inspected);
            try
            {
                var found = await Inspect(UploadNote.Read(row), now, stop);
                if (found.IsEnded) Interlocked.Increment(ref counts.Ended);
                if (found.IsOversized) Interlocked.Increment(ref counts.Oversized);
                // Row by row, so that a sweep that is interrupted continues where it was. The delete is conditional, because the
                // next note may have replaced the row.
                await notes.TryDelete(row, stop);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Interlocked.Increment(ref counts.Failed);
                Log.Failed(logger, row.RowKey, fault);
            }
        });
        return counts;
    }

    async Task<UploadInspection.Findings> Inspect(UploadNote note, DateTimeOffset now, CancellationToken cancel)
    {
        var found = await inspection.Inspect(note, cancel);
        if (note.NextInspection(now, found.NeedsFinalInspection) is { } next)
            await uploads.SaveNote(note with { InspectAt = next }, cancel);
        return found;
    }

    sealed class Counts
    {
        public int Inspected, Ended, Oversized, Failed;
    }

    static partial class Log
    {
        [LoggerMessage(70, LogLevel.Information,
            "Upload sweep of {Bucket}: {Inspected} inspected, {Ended} ended, {Oversized} larger than declared, {Failed} failed "
            + "(late: {Late})")]
        public static partial void Swept(
            ILogger logger, string bucket, int inspected, int ended, int oversized, int failed, bool late);

        [LoggerMessage(71, LogLevel.Error, "Upload sweep: {Upload} failed and will be retried")]
        public static partial void Failed(ILogger logger, string upload, Exception fault);
    }
}
