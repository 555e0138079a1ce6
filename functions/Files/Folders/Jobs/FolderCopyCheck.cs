using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Looks, before a copy is called done, whether all is in it that the folder holds now. Nothing keeps others from changing the files of a
/// folder while it is copied, so a file could move from where the job has not been yet to where it has been. What has changed in the
/// folder's space since the job began says which files to look at: a folder that nobody touches costs one read.
/// </summary>
public sealed class FolderCopyCheck(StorageClients storage, SpaceQuota spaceQuota, FileStore files)
{
    const int AtOnce = 8;
    const long MaxChanges = 100_000; // A hundred requests. Of more nobody says that it is all there.

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Where the changes of a space are now.</summary>
    public async Task<(string Incarnation, long Number)> Place(string tenant, Owner owner, CancellationToken cancel)
    {
        var usage = await spaceQuota.Read(tenant, owner.SpaceKey(tenant), cancel);
        return (usage.Incarnation ?? "", usage.Changes);
    }

    /// <summary>True if each file that came into the folder, or changed there, since the job began is copied as it is now.</summary>
    public async Task<bool> HasAll(FolderJob job, CancellationToken cancel)
    {
        if (job.SourceChange is not { } begin) return true; // It is from a version that did not note it.
        var now = await Place(job.Tenant, job.Source, cancel);
        if (begin.Incarnation.Length == 0) begin = (now.Incarnation, 0); // Nobody had counted changes there.
        if (now.Incarnation != begin.Incarnation || now.Number - begin.Number > MaxChanges) return false;
        if (now == begin) return true;
        var changed = await table.Columns(job.SourcePartition, RowKeys.Change(now.Incarnation, begin.Number + 1),
                RowKeys.Change(now.Incarnation, now.Number + 1), ["Id", "Folder"], cancel)
            .Where(row => row.GetString("Folder") is { } folder && IsIn(job, folder)).Select(row => row.GetString("Id"))
            .ToHashSetAsync(StringComparer.Ordinal, cancel);
        var missing = 0;
        await Parallel.ForEachAsync(changed, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (id, stop) =>
            {
                if (!await IsCopied(job, id, stop)) Interlocked.Increment(ref missing);
            });
        return missing == 0;
    }

    async Task<bool> IsCopied(FolderJob job, string id, CancellationToken cancel) =>
        await files.Find(job.Tenant, id, cancel) is not { IsListed: true } source || !IsIn(job, source.Folder)
        || (await files.Find(job.Tenant, job.CopyOf(id), cancel))?.CopyOfContent == source.Content;

    static bool IsIn(FolderJob job, string folder) =>
        folder == job.Path || folder.StartsWith(job.Path + "/", StringComparison.Ordinal);
}
