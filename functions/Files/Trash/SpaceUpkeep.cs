namespace Latchkey.Files;

/// <summary>Handles what is due in a space and is about no single file: changes that nobody may ask for any more, and jobs.</summary>
public sealed class SpaceUpkeep(ChangeFeed changes, FolderJobWatch jobs)
{
    /// <summary>True if an entry of the schedule is of this kind.</summary>
    public static bool Handles(ScheduledFile item) => item.FileId is null || item.ShareId == FileSchedule.Job;

    /// <summary>Handles it; false if there is more to do later.</summary>
    public Task<bool> TryHandle(ScheduledFile item, DateTimeOffset now, CancellationToken cancel) => item.FileId is { } job
        ? jobs.TryFinish(item.Tenant, job, now, cancel) : changes.TryDropOld(item.Tenant, item.Space, now, cancel);
}
