using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Handles once an hour what is due (<see cref="FileSchedule"/>): purges the trash and old versions, deletes expired shares and old
/// changes, finishes copies and what a crash interrupted, has forgotten jobs go on, and asks again for verdicts of the malware scanner. It
/// reads no other files. What fails is retried an hour later.
/// </summary>
public sealed partial class FileSweepTimer(
    FileSchedule schedule, FileStore files, FilePurge purge, UnfinishedFiles unfinished, SharingExpiry sharing, SpaceUpkeep upkeep,
    AuditLog audit, TimeProvider clock, ILogger<FileSweepTimer> logger)
{
    const int MaxParallel = 8;

    static readonly TimeSpan MaxRunTime = TimeSpan.FromMinutes(8); // The smallest plan ends a function after ten minutes.

    /// <summary>Seventeen minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("files-sweep")]
    public async Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (done, left) = (0, 0);
        var work = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancel };
        await Parallel.ForEachAsync(schedule.DueAt(now, cancel), work, async (item, stop) =>
        {
            if (clock.GetUtcNow() - now < MaxRunTime && await TryProcess(item, now, stop)) Interlocked.Increment(ref done);
            else Interlocked.Increment(ref left);
        });
        var dropped = await schedule.DropEmpty(now, cancel);
        Log.Swept(logger, done, left, dropped, timer.IsPastDue);
    }

    async Task<bool> TryProcess(ScheduledFile item, DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            if (!await Process(item, now, cancel)) return false;
            await schedule.Remove(item, cancel);
            return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Log.Failed(logger, item.Tenant, item.FileId ?? item.Space, fault);
            return false;
        }
    }

    async Task<bool> Process(ScheduledFile item, DateTimeOffset now, CancellationToken cancel)
    {
        if (item.FileId is null || SpaceUpkeep.Handles(item)) return await upkeep.TryHandle(item, now, cancel);
        if (item.ShareId == FileSchedule.Versions)
        {
            await purge.Versions.Sweep(item.Tenant, item.FileId, now, cancel);
            return true;
        }
        if (item.ShareId is { } share)
        {
            await sharing.Remove(item.Tenant, item.FileId, share, now, cancel);
            return true;
        }
        var file = await files.Find(item.Tenant, item.FileId, cancel);
        switch (file)
        {
            case { Status: FileStatus.Purging }: // The audit has recorded who marked it.
                return await purge.TryPurge(file, isDue: true, cancel);
            case { Status: FileStatus.Deleted } when file.PurgeAfter <= now:
                if (!await purge.TryPurge(file, isDue: true, cancel)) return false;
                audit.Add(file.Tenant, "files-purge", file.Id, "retention in the trash ended");
                return true;
            case { Status: FileStatus.Copying or FileStatus.Scanning or FileStatus.Infected }:
                return await unfinished.Finish(file, cancel);
            default: // Restored, purged, or never deleted because the process crashed before.
                return true;
        }
    }

    static partial class Log
    {
        [LoggerMessage(61, LogLevel.Information, "Files sweep: {Done} done, {Left} left, {Dropped} tables dropped (late: {Late})")]
        public static partial void Swept(ILogger logger, int done, int left, int dropped, bool late);

        [LoggerMessage(62, LogLevel.Error, "Files sweep: tenant {Tenant}, file or space {FileId} failed and will be retried")]
        public static partial void Failed(ILogger logger, string tenant, string fileId, Exception fault);
    }
}
