using System.Diagnostics;
using System.Runtime.CompilerServices;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Removes the space of a user or group: purges its files (<see cref="FilePurge"/>), deletes the shares with its owner, and last
/// releases its quota. Every step can be repeated, so after a crash the same call continues. By then nobody may write to the space.
/// </summary>
public sealed class SpaceRemoval(
    StorageClients storage, FileStore files, FilePurge purge, ShareStore shares, ChangeFeed changes, ArchiveEnd archives,
    SpaceQuota spaceQuota, TenantQuota tenantQuota)
{
    const int SharesAtOnce = 100;
    const int FilesAtOnce = 8; // Or shares.

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The number of files in the space, including pending and deleted ones.</summary>
    public async Task<long> CountFiles(string tenant, Owner owner, CancellationToken cancel) =>
        (await spaceQuota.Read(tenant, owner.SpaceKey(tenant), cancel)).Files;

    /// <summary>
    /// True if there is no file, upload or folder in the space and no share with its owner: nothing that a new owner with the same id would
    /// inherit.
    /// </summary>
    public async Task<bool> IsEmpty(string tenant, Owner owner, CancellationToken cancel) =>
        await spaceQuota.Read(tenant, owner.SpaceKey(tenant), cancel) is { Files: 0, Folders: 0, Bytes: 0, Pending: 0 }
            && (await shares.SharedWith(tenant, owner, "", 1, cancel)).Count == 0;

    /// <summary>Removes the space; false if the time ran out or files kept changing. Then the same call continues.</summary>
    public async Task<bool> TryRemove(string tenant, Owner owner, TimeSpan maxTime, CancellationToken cancel)
    {
        var time = Stopwatch.StartNew();
        var work = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancel };
        while (await shares.SharedWith(tenant, owner, "", SharesAtOnce, cancel) is { Count: > 0 } given)
        {
            if (time.Elapsed > maxTime) return false;
            await Parallel.ForEachAsync(given, work, async (share, stop) =>
                await shares.Remove(tenant, share.FileId, owner, share.ShareId, stop));
        }
        var space = owner.SpaceKey(tenant);
        await RemoveLinks(tenant, owner, cancel); // First: nobody hands anything in any more.
        // First: a job without its row stops, and what it copies needs a space that is there.
        await RemoveJobs(tenant, space, cancel);
        await RemoveRows(tenant, space, RowKeys.Jobs, cancel);
        var isPurged = true;
        await Parallel.ForEachAsync(Records(tenant, space, cancel), work, async (file, stop) =>
        {
            if (time.Elapsed > maxTime || !await TryPurgeFile(file, stop)) isPurged = false;
        });
        if (!isPurged || await CountFiles(tenant, owner, cancel) > 0) return false;
        foreach (var prefix in (string[])[RowKeys.AnyFolder, RowKeys.AnyDeletedFolder, RowKeys.AnyDeletedMadeFolder])
            await RemoveRows(tenant, space, prefix, cancel);
        await RemoveRows(tenant, space, RowKeys.Known(""), cancel);
        await RemoveRows(tenant, space, RowKeys.AnySearch, cancel);
        await RemoveRows(tenant, space, RowKeys.Infection, cancel);
        await RemoveLinks(tenant, owner, cancel); // What was created before the owner was marked, but written since.
        await changes.RemoveAll(tenant, space, cancel);
        await tenantQuota.RemoveSpace(tenant, space, cancel);
        return true;
    }

    async Task RemoveJobs(string tenant, string space, CancellationToken cancel)
    {
        var partition = RowKeys.Space(tenant, space);
        await foreach (var row in table.Range(partition, RowKeys.AnyJob, RowKeys.AnyJob + "~", null, cancel))
        {
            var job = FolderJob.Read(tenant, row);
            if (job.Archive is not null) await archives.Drop(job, cancel);
            await table.TryDelete(partition, row.RowKey, cancel);
        }
    }

    /// <summary>Removes the links to folders and selections of a space, and its requests for files. They don't count as files.</summary>
    public async Task RemoveLinks(string tenant, Owner owner, CancellationToken cancel)
    {
        var space = owner.SpaceKey(tenant);
        await RemoveRows(tenant, space, RowKeys.AnyLink, cancel);
        await RemoveRows(tenant, space, RowKeys.AnyFileRequest, cancel);
    }

    /// <summary>Removes the links and requests that a user has created in the space of a group, because they end with the user.</summary>
    public async Task RemoveLinks(string tenant, Owner owner, string user, CancellationToken cancel)
    {
        var partition = RowKeys.Space(tenant, owner.SpaceKey(tenant));
        foreach (var prefix in (string[])[RowKeys.AnyLink, RowKeys.AnyFileRequest])
        {
            await foreach (var row in table.Columns(partition, prefix, prefix + "~", ["RowKey", "CreatedBy"], cancel))
                if (row.GetString("CreatedBy") == user) await table.TryDelete(partition, row.RowKey, cancel);
        }
    }

    async Task<bool> TryPurgeFile(FileRecord file, CancellationToken cancel) =>
        await purge.TryPurge(file, isDue: false, cancel) // Otherwise it changed, for example by an upload that was just completing.
        || await files.Find(file.Tenant, file.Id, cancel) is not { } now || await purge.TryPurge(now, isDue: false, cancel);

    // All folders are empty now: removing each with its last file would cost more. Of what is known and found only entries are left
    // that an older version of the service wrote or forgot, and the ends of the index.
    Task RemoveRows(string tenant, string space, string prefix, CancellationToken cancel) =>
        table.Clear(RowKeys.Space(tenant, space), prefix, prefix + "~", cancel);

    async IAsyncEnumerable<FileRecord> Records(
        string tenant, string space, [EnumeratorCancellation] CancellationToken cancel)
    {
        var start = RowKeys.File("");
        await foreach (var row in table.Range(RowKeys.Space(tenant, space), start, start + "~", null, cancel))
        {
            var file = FileRows.Read(tenant, row);
            if (file.Status != FileStatus.Version) yield return file; // Goes with the file whose version it is.
        }
    }
}
