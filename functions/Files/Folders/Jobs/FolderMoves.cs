using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Moves the files of a folder to another one, as many in a transaction as it can hold, or to the trash.</summary>
public sealed class FolderMoves(FileStore files, FilePurge purge, FileSchedule schedule, Settings settings, TimeProvider clock)
{
    // Of the transaction: the usage, the job, the event, and of the index one row at least.
    const int OtherRows = 4;
    const int MaxLost = 10;

    /// <summary>Moves the first of these files; the job as it is then, or null if a file or the job changed meanwhile.</summary>
    /// <param name="job">The job, at the folder of the files.</param>
    /// <param name="listed">The keys of the rows that list the files, and their ids.</param>
    /// <param name="lost">How often this was tried in vain.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<FolderJob?> Move(
        FolderJob job, IReadOnlyList<(string Key, string Id)> listed, int lost, CancellationToken cancel)
    {
        var to = job.TargetOf(job.At!);
        if (!FileName.IsFolder(to)) return Skip(job, listed, "invalid_folder");
        if (lost > MaxLost) return Skip(job, [listed[0]], "file_changing");
        var (last, moves) = (listed[0].Key, new List<(string Key, FileRecord Before, FileRecord After)>());
        var left = Table.MaxTransactionRows - OtherRows - to.Count(c => c == '/') - 1;
        foreach (var (key, file) in await Read(job, lost == 0 ? listed : [listed[0]], cancel))
        {
            if (file is not null)
            {
                var moved = (file with { Folder = to }).Relist();
                left -= FileStore.CountRows(file, moved);
                if (left < 0 && moves.Count > 0) break;
                moves.Add((key, file, moved));
            }
            last = key;
        }
        while (true)
        {
            try
            {
                return await TryWrite(job with { Done = job.Done + moves.Count, After = last },
                    [.. moves.Select(move => (move.Before, move.After))], cancel);
            }
            catch (TransactionTooLargeException) when (moves.Count > 1) // They stand in many rows of the index.
            {
                moves = moves[..(moves.Count / 2)];
                last = moves[^1].Key;
            }
        }
    }

    /// <summary>Moves these files to the trash, one after the other; the same.</summary>
    public async Task<FolderJob?> Trash(
        FolderJob job, IReadOnlyList<(string Key, string Id)> listed, int lost, CancellationToken cancel)
    {
        if (lost > MaxLost) return Skip(job, [listed[0]], "file_changing");
        var found = await Read(job, listed, cancel);
        var trashed = found.Where(item => item.File is { Status: FileStatus.Available })
            .ToDictionary(item => item.Key, item => item.File!.Delete(job.CreatedAt, settings.TrashTime) with { DeletedWith = job.Id });
        // First: an unneeded entry in the schedule does no harm, but without one a file would stay forever.
        await Task.WhenAll(trashed.Values.Select(file => schedule.Add(file, file.PurgeAfter!.Value, cancel)));
        FolderJob? now = job;
        foreach (var (key, file) in found)
        {
            if (file is { Status: FileStatus.Scanning })
            {
                now = Skip(now, [(key, file.Id)], "file_scanning"); // Its bytes would be purged, and nobody could restore it.
                continue;
            }
            var counted = now with { Done = now.Done + (file is null ? 0 : 1), After = key };
            if (file is not null && !trashed.ContainsKey(key) && !await purge.TryPurge(file, isDue: false, cancel)) return null;
            now = await TryWrite(counted, trashed.TryGetValue(key, out var after) ? [(file!, after)] : [], cancel);
            if (now is null) return null;
        }
        return now;
    }

    // With nothing to do the job goes on behind it, which need not be written.
    async Task<FolderJob?> TryWrite(FolderJob job, List<(FileRecord, FileRecord)> moves, CancellationToken cancel)
    {
        job = job with { Status = FolderJobStatus.Running };
        if (moves.Count == 0) return job;
        var now = clock.GetUtcNow();
        return await files.TryMoveAll(moves, job.Write(now), cancel) is { } etag ? job with { ETag = etag, UpdatedAt = now } : null;
    }

    static FolderJob Skip(FolderJob job, IReadOnlyList<(string Key, string Id)> listed, string code) => job with
    {
        Status = FolderJobStatus.Running,
        Failed = job.Failed + listed.Count,
        Code = code,
        After = listed[^1].Key,
    };

    // What is not listed under this key any more was moved by somebody else.
    async Task<List<(string Key, FileRecord? File)>> Read(
        FolderJob job, IReadOnlyList<(string Key, string Id)> listed, CancellationToken cancel)
    {
        var found = await Task.WhenAll(listed.Select(item => files.Find(job.Tenant, item.Id, cancel)));
        return [.. listed.Zip(found, (item, file) => (item.Key, file?.ListKeys.Contains(item.Key) is true ? file : null))];
    }
}
