using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Looks, before a copy is called done, whether all is in it that the folder holds now. Nothing keeps others from changing the files of a
/// folder while it is copied, so a file could move from where the job has not been yet to where it has been. What has changed in the
/// folder's space since the job began says which files to look at: a folder that nobody touches costs one read. Of many changes it looks at
/// a thousand at a time, so that a job does not work for longer than its turn.
/// </summary>
public sealed class FolderCopyCheck(StorageClients storage, SpaceQuota spaceQuota, FileStore files)
{
    const int AtOnce = 8;

    /// <summary>How many changes it looks at in a step: one request, and some two seconds if all of them are in the folder.</summary>
    internal int PageSize { get; set; } = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Where the changes of a space are now.</summary>
    public async Task<(string Incarnation, long Number)> Place(string tenant, Owner owner, CancellationToken cancel)
    {
        var usage = await spaceQuota.Read(tenant, owner.SpaceKey(tenant), cancel);
        return (usage.Incarnation ?? "", usage.Changes);
    }

    /// <summary>
    /// Looks at the next changes since the job began. The job, which notes how far that is, if there are more; null if all is copied as it
    /// is now.
    /// </summary>
    /// <exception cref="FolderJobStopped">A file that came into the folder, or changed there, is not.</exception>
    public async Task<FolderJob?> Next(FolderJob job, CancellationToken cancel)
    {
        if (job.Kind != FolderJobKind.Copy || job.SourceChange is not { } begin) return null; // A version from before did not note it.
        var now = await Place(job.Tenant, job.Source, cancel);
        if (begin.Incarnation.Length == 0) begin = (now.Incarnation, 0); // Nobody had counted changes there.
        if (now == begin) return null;
        if (now.Incarnation != begin.Incarnation) throw Changed(job);
        var last = Math.Min(now.Number, begin.Number + PageSize);
        var changed = await table.Columns(job.SourcePartition, RowKeys.Change(now.Incarnation, begin.Number + 1),
                RowKeys.Change(now.Incarnation, last + 1), ["Id", "Folder"], cancel)
            .Where(row => row.GetString("Folder") is { } folder && IsIn(job, folder)).Select(row => row.GetString("Id"))
            .ToHashSetAsync(StringComparer.Ordinal, cancel);
        await Parallel.ForEachAsync(changed, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (id, stop) =>
            {
                if (!await IsCopied(job, id, stop)) throw Changed(job);
            });
        return last == now.Number ? null : job with { SourceChange = (now.Incarnation, last) };
    }

    static FolderJobStopped Changed(FolderJob job) => new(job with { Code = "folder_changed" });

    async Task<bool> IsCopied(FolderJob job, string id, CancellationToken cancel) =>
        await files.Find(job.Tenant, id, cancel) is not { IsListed: true } source || !IsIn(job, source.Folder)
        || (await files.Find(job.Tenant, job.CopyOf(id), cancel))?.CopyOfContent == source.Content;

    static bool IsIn(FolderJob job, string folder) =>
        folder == job.Path || folder.StartsWith(job.Path + "/", StringComparison.Ordinal);
}
