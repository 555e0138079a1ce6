using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Looks at the uploads whose time for it has come (<see cref="UploadInspection"/>). It goes by their notes, so it never looks
/// for anything among the files that live.
/// </summary>
public sealed partial class SweepUploads(Uploads uploads, UploadInspection inspection, TimeProvider clock, ILogger<SweepUploads> logger)
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
            // What failed is there at the next run; the table goes when its day is over and nothing is left in it.
            if (counts.Failed == 0 && string.CompareOrdinal(bucket, over) <= 0) await uploads.Notes.Drop(bucket, cancel);
            if (counts.Looked > 0) Log.Swept(logger, bucket, counts.Looked, counts.Ended, counts.Oversized, counts.Failed, timer.IsPastDue);
        }
    }

    async Task<Counts> Sweep(Table notes, DateTimeOffset now, CancellationToken cancel)
    {
        var counts = new Counts();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancel };
        await Parallel.ForEachAsync(notes.Scan($"At le {now}", cancel), parallel, async (row, stop) =>
        {
            Interlocked.Increment(ref counts.Looked);
            try
            {
                var found = await Inspect(UploadNote.Read(row), now, stop);
                if (found.IsEnded) Interlocked.Increment(ref counts.Ended);
                if (found.IsOversized) Interlocked.Increment(ref counts.Oversized);
                // So that a sweep that is cut off goes on where it was; unless the next look has taken the row's place.
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
        if (note.NextInspection(now, found.NeedsFinalInspection) is { } next) await uploads.SaveNote(note with { InspectAt = next }, cancel);
        return found;
    }

    sealed class Counts
    {
        public int Looked, Ended, Oversized, Failed;
    }

    static partial class Log
    {
        [LoggerMessage(70, LogLevel.Information,
            "Uploads of {Bucket}: {Looked} looked at, {Ended} ended, {Oversized} larger than declared, {Failed} failed (late: {Late})")]
        public static partial void Swept(ILogger logger, string bucket, int looked, int ended, int oversized, int failed, bool late);

        [LoggerMessage(71, LogLevel.Error, "{Upload} could not be swept")]
        public static partial void Failed(ILogger logger, string upload, Exception fault);
    }
}
