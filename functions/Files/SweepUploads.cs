using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Ends, once an hour, the uploads whose time is over, and clears up what crashes and late writes left behind. It goes
/// by the notes of uploads, so it never looks for anything among the files that live: each upload is looked at once.
/// </summary>
public sealed partial class SweepUploads(
    Uploads uploads, FileStore files, FilePurge purge, BlobStore blobs, StagedBlobs staged, TimeProvider clock, ILogger<SweepUploads> logger)
{
    const int AtOnce = 8;

    /// <summary>Twenty-two minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("sweep-uploads")]
    public async Task Run([TimerTrigger("0 22 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        foreach (var bucket in await uploads.Notes.Expired(clock.GetUtcNow(), cancel))
        {
            var (looked, ended, failed) = await Sweep(uploads.Notes.For(bucket), cancel);
            // What failed is there at the next hour; the table goes when nothing is left in it.
            if (failed == 0) await uploads.Notes.Drop(bucket, cancel);
            Log.Swept(logger, bucket, looked, ended, failed, timer.IsPastDue);
        }
    }

    async Task<(int Looked, int Ended, int Failed)> Sweep(Table notes, CancellationToken cancel)
    {
        int looked = 0, ended = 0, failed = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(notes.All(["PartitionKey", "RowKey"], cancel), parallel, async (note, stop) =>
        {
            Interlocked.Increment(ref looked);
            try
            {
                if (await End(note, stop)) Interlocked.Increment(ref ended);
                note.ETag = ETag.All;
                await notes.TryDelete(note, stop); // So that a sweep that is cut off goes on where it was.
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Interlocked.Increment(ref failed);
                Log.Failed(logger, note.RowKey, fault);
            }
        });
        return (looked, ended, failed);
    }

    // True if an upload was ended here.
    async Task<bool> End(TableEntity note, CancellationToken cancel)
    {
        var (tenant, id) = (note.PartitionKey.Split('|')[0], note.RowKey.Split('|')[1]);
        while (true)
        {
            var file = await files.Find(tenant, id, cancel);
            switch (file)
            {
                case null:
                    // Never begun, or deleted: a URL may have written after that, and it wrote to one of these.
                    await blobs.Delete(tenant, FileRecord.BlobNameOf(id, staged: false), cancel);
                    await blobs.Delete(tenant, FileRecord.BlobNameOf(id, staged: true), cancel);
                    return false;
                case { Status: FileStatus.Pending or FileStatus.Purging }:
                    if (!await purge.TryRun(file, isDue: true, cancel)) continue; // It changed at this moment: look again.
                    return true;
                case { Snapshot: { } served }:
                    await staged.KeepOnly(tenant, file.BlobName, served, cancel);
                    return false;
                default:
                    return false;
            }
        }
    }

    static partial class Log
    {
        [LoggerMessage(70, LogLevel.Information, "Uploads of {Bucket}: {Looked} looked at, {Ended} ended, {Failed} failed (late: {Late})")]
        public static partial void Swept(ILogger logger, string bucket, int looked, int ended, int failed, bool late);

        [LoggerMessage(71, LogLevel.Error, "{Upload} could not be swept")]
        public static partial void Failed(ILogger logger, string upload, Exception fault);
    }
}
