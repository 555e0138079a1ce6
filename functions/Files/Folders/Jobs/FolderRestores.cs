using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Restores what one deletion has moved to the trash: first the folders that somebody had made, then the files. All files of a deletion
/// have its time, so they stand together in the trash.
/// </summary>
public sealed class FolderRestores(
    StorageClients storage, FileStore files, Folders folders, FolderJobs jobs, FolderEnd end, TimeProvider clock)
{
    const int PageSize = 20;
    const int MaxLost = 10;

    // In place of the folder at which the job is.
    const string AtFiles = "files";

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Does the next step; null if something changed meanwhile.</summary>
    public async Task<FolderJob?> Step(FolderJob job, int lost, CancellationToken cancel) =>
        job.At == AtFiles ? await Files(job, lost, cancel) : await Folder(job, cancel);

    async Task<FolderJob?> Folder(FolderJob job, CancellationToken cancel)
    {
        var start = RowKeys.DeletedMadeFolders(job.Deletion!.Value.Id);
        var row = await table.Range(job.Partition, start, start + "~", 1, cancel).FirstOrDefaultAsync(cancel);
        if (row is null) return job with { At = AtFiles };
        var path = row.GetString("Path");
        var there = await folders.Find(job.Partition, path, cancel) is { IsMade: true };
        return await jobs.TrySave(job with { Status = FolderJobStatus.Running },
            [new(TableTransactionActionType.Delete, row, row.ETag), .. FolderState.KeepMade(job.Partition, path)],
            there ? new() { Folders = -1 } : job.Tells(ChangeKind.FolderRestored, path), cancel);
    }

    async Task<FolderJob?> Files(FolderJob job, int lost, CancellationToken cancel)
    {
        var start = RowKeys.Trashed(job.Deletion!.Value.At, "");
        var from = job.After is null ? start : job.After + "0";
        var rows = await table.Columns(job.Partition, from, start + "~", ["RowKey", "Id"], cancel, PageSize)
            .Take(PageSize).ToListAsync(cancel);
        if (rows.Count == 0) return await end.TryEnd(job, gaveUp: false, cancel);
        var found = await Task.WhenAll(rows.Select(row => files.Find(job.Tenant, row.GetString("Id"), cancel)));
        foreach (var (row, file) in rows.Zip(found))
        {
            job = job with { Status = FolderJobStatus.Running, After = row.RowKey };
            if (file is not { Status: FileStatus.Deleted } || file.DeletedWith != job.Deletion!.Value.Id) continue;
            if (lost > MaxLost) return job with { Failed = job.Failed + 1, Code = "file_changing" };
            var counted = job with { Done = job.Done + 1 };
            var now = clock.GetUtcNow();
            if (await files.TryMoveAll([(file, file.Restore())], counted.Write(now), cancel) is not { } etag) return null;
            job = counted with { ETag = etag, UpdatedAt = now };
        }
        return job;
    }
}
