using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>Ends jobs: in the transaction that says so, the folders are released and listed again.</summary>
public sealed class FolderEnd(
    StorageClients storage, Folders folders, FolderJobs jobs, ArchiveEnd archives, AuditLog audit, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Ends a job; null if it or a folder changed meanwhile.</summary>
    /// <param name="job">The job.</param>
    /// <param name="gaveUp">True if it has not done all, whatever it counted.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<FolderJob?> TryEnd(FolderJob job, bool gaveUp, CancellationToken cancel)
    {
        if (job.Kind == FolderJobKind.Archive) return await archives.TryEnd(job, null, cancel);
        if (!gaveUp && await HasMissed(job, cancel)) (job, gaveUp) = (job with { Code = "folder_changed" }, true);
        var over = job with
        {
            Status = gaveUp || job.Failed > 0 ? FolderJobStatus.Failed : FolderJobStatus.Done,
            FinishedAt = clock.GetUtcNow(),
            At = null,
            After = null,
        };
        var claims = (await FolderClaims.In(table, job.Partition, cancel)).Without(job.Id).Write();
        var (rows, change) = await Rows(job, isAll: over.Status == FolderJobStatus.Done, cancel);
        if (await TrySave(over, claims, rows, change, cancel) is not { } ended) return null;
        audit.Add(job.Tenant, "folder-job", job.By.Kind == "user" ? job.By.Id : null, job.Client, job.Id,
            $"{Describe(job)}: {job.Done} done, {job.Failed} failed{(gaveUp ? $", {job.Code}" : "")}");
        if (job.Kind is FolderJobKind.Move or FolderJobKind.Delete)
            await folders.RemoveEmpty(job.SourcePartition, FileRows.Parent(job.Path), cancel);
        if (job.Kind != FolderJobKind.Delete) await folders.RemoveEmpty(job.Partition, job.To ?? job.Path, cancel);
        return ended;
    }

    /// <summary>What a job does, for the audit: its row is deleted some day.</summary>
    public static string Describe(FolderJob job) => job.Archive?.Files is { } named ? $"archive of {named.Count} named files"
        : $"{Word(job.Kind)} {job.Source.SpaceName}: {job.Path}"
        + (job.To is null ? "" : job.Source == job.Owner ? $" to {job.To}" : $" to {job.Owner.SpaceName}: {job.To}");

    /// <summary>The word for a kind in answers and in the audit.</summary>
    public static string Word(FolderJobKind kind) => kind.ToString().ToLowerInvariant();

    // A copy of what somebody has moved or deleted meanwhile. Whoever reads "done" may delete the original.
    async Task<bool> HasMissed(FolderJob job, CancellationToken cancel) => job.Kind == FolderJobKind.Copy
        && (job.Total is { } total ? job.Done + job.Failed < total
            : await folders.Find(job.SourcePartition, job.Path, cancel) is null or { IsHidden: true });

    // A folder that somebody has made is one more for a copy, and the quota may have been used up meanwhile.
    async Task<FolderJob?> TrySave(
        FolderJob over, TableTransactionAction claims, IReadOnlyList<TableTransactionAction> rows, UsageChange change,
        CancellationToken cancel)
    {
        try
        {
            return await jobs.TrySave(over, [claims, .. rows], change, cancel);
        }
        catch (Problem full) when (full.Code == "quota_exceeded")
        {
            return await jobs.TrySave(over with { Status = FolderJobStatus.Failed, Code = full.Code },
                [claims, FolderState.Release(over.Partition, over.To!, made: false)], default, cancel);
        }
    }

    async Task<(IReadOnlyList<TableTransactionAction> Rows, UsageChange Change)> Rows(
        FolderJob job, bool isAll, CancellationToken cancel)
    {
        var from = await folders.Find(job.SourcePartition, job.Path, cancel);
        var to = job.To is null ? null : await folders.Find(job.Partition, job.To, cancel);
        var isMade = from is { IsMade: true };
        switch (job.Kind)
        {
            case FolderJobKind.Move:
                return ([FolderState.Release(job.Partition, job.To!, isMade), .. await Leave(job, from, cancel)],
                    isMade ? Moved(job, job.Path, to is { IsMade: true }) : default);
            case FolderJobKind.Copy:
                return ([FolderState.Release(job.Partition, job.To!, isMade)],
                    isMade && to is not { IsMade: true } ? Copied(job, job.Path) : default);
            case FolderJobKind.Delete:
                return ([.. isMade ? [InTrash(job, job.Path)] : Array.Empty<TableTransactionAction>(),
                    .. await Leave(job, from, cancel)], isMade ? job.Tells(ChangeKind.FolderTrashed, job.Path) : default);
            default:
                var key = RowKeys.DeletedFolder(job.Path, job.Deletion!.Value.At, job.Deletion.Value.Id);
                // What was left behind can be restored by another job.
                var deletion = isAll ? await table.Find(job.Partition, key, cancel) : null;
                return ([FolderState.Release(job.Partition, job.Path, made: false),
                    .. deletion is null ? Array.Empty<TableTransactionAction>()
                        : [new(TableTransactionActionType.Delete, deletion, Azure.ETag.All)]], default);
        }
    }

    /// <summary>The write of a folder that goes with its files to the trash, though it has none itself.</summary>
    public static TableTransactionAction InTrash(FolderJob job, string path) => new(TableTransactionActionType.UpsertReplace,
        new TableEntity(job.Partition, RowKeys.DeletedMadeFolder(job.Id, path)) { ["Path"] = path });

    static UsageChange Moved(FolderJob job, string path, bool there) =>
        job.Tells(ChangeKind.FolderMoved, job.TargetOf(path), path) with { Folders = there ? -1 : 0 };

    static UsageChange Copied(FolderJob job, string path) =>
        job.Tells(ChangeKind.FolderCreated, job.TargetOf(path)) with { Folders = 1 };

    /// <summary>The write of a folder that a job has emptied: deleted, or, if something came meanwhile, there because of that.</summary>
    async Task<IReadOnlyList<TableTransactionAction>> Leave(FolderJob job, FolderState? folder, CancellationToken cancel) =>
        folder is null ? [] : [await folders.IsEmpty(job.SourcePartition, folder.Path, cancel) ? folder.Delete() : folder.Unmake()];

    /// <summary>
    /// Leaves a folder below the job's own: what somebody had made goes where the files went, and an empty one is removed. False if it
    /// changed meanwhile. <paramref name="job"/> is written with it; its new state, or null.
    /// </summary>
    public async Task<FolderJob?> TryLeave(FolderJob job, string path, CancellationToken cancel)
    {
        var folder = await folders.Find(job.SourcePartition, path, cancel);
        if (folder is not { IsMade: true })
        {
            if (job.Kind != FolderJobKind.Copy) await folders.TryRemove(job.SourcePartition, path, cancel);
            return job;
        }
        if (job.Kind == FolderJobKind.Delete)
        {
            return await jobs.TrySave(job, [InTrash(job, path), .. await Leave(job, folder, cancel)],
                job.Tells(ChangeKind.FolderTrashed, path), cancel);
        }
        if (!FileName.IsFolder(job.TargetOf(path))) return job;
        var there = await folders.Find(job.Partition, job.TargetOf(path), cancel) is { IsMade: true };
        var made = FolderState.KeepMade(job.Partition, job.TargetOf(path));
        if (job.Kind == FolderJobKind.Move)
            return await jobs.TrySave(job, [.. made, .. await Leave(job, folder, cancel)], Moved(job, path, there), cancel);
        return there ? job : await jobs.TrySave(job, [.. made], Copied(job, path), cancel);
    }
}
