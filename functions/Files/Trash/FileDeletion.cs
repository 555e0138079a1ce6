namespace Latchkey.Files;

/// <summary>
/// Deletes files: moves them to the trash, or purges them. A file that is not complete, not scanned yet or infected is always purged.
/// </summary>
public sealed class FileDeletion(FileStore files, FilePurge purge, FileSchedule schedule, Settings settings, TimeProvider clock)
{
    /// <summary>Deletes a file; false if it changed meanwhile. One in the trash stays there, unless it is to be purged.</summary>
    public async Task<bool> TryDelete(FileRecord file, bool permanent, CancellationToken cancel)
    {
        if (file.Status == FileStatus.Deleted && !permanent) return true;
        return permanent || file.Status != FileStatus.Available
            ? await purge.TryPurge(file, isDue: false, cancel)
            : await TryTrash(file, cancel);
    }

    async Task<bool> TryTrash(FileRecord file, CancellationToken cancel)
    {
        var deleted = file.Delete(clock.GetUtcNow(), settings.TrashTime);
        // First: an unneeded entry in the schedule does no harm, but without one the file would stay forever.
        await schedule.Add(deleted, deleted.PurgeAfter!.Value, cancel);
        return await files.TryMove(file, deleted, default, cancel);
    }
}
