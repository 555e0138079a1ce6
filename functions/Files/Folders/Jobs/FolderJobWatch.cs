namespace Latchkey.Files;

/// <summary>
/// Looks after jobs once an hour: one that is not at its end goes on, one that has got no further for two days is given up, an old one is
/// deleted.
/// </summary>
public sealed class FolderJobWatch(FolderJobs jobs, FolderEnd end, ArchiveEnd archives, FileSchedule schedule)
{
    static readonly TimeSpan MaxTime = TimeSpan.FromDays(2);

    /// <summary>True if the job's entry in the schedule is not needed any more.</summary>
    public async Task<bool> TryFinish(string tenant, string id, DateTimeOffset now, CancellationToken cancel)
    {
        if (await jobs.Find(tenant, id, cancel) is not { } job) return true;
        if (!job.IsOver)
        {
            if (now - job.ProgressAt < MaxTime) await jobs.Send(job, null);
            else await end.TryEnd(job with { Code = job.Code ?? "job_gave_up" }, gaveUp: true, cancel);
            return false;
        }
        if (now >= job.KeptUntil && job.Archive is not null) return await archives.TryRemove(job, cancel);
        if (now >= job.KeptUntil) await jobs.Remove(job, cancel);
        else await schedule.Add(tenant, id, FileSchedule.Job, job.KeptUntil, cancel);
        return true;
    }
}
