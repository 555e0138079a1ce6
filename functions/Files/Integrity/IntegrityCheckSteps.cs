using System.Collections.Concurrent;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Checks one page. Because the service runs meanwhile, everything found is read once more before it is changed. A page that is
/// checked twice does no harm.
/// </summary>
public sealed class IntegrityCheckSteps(
    StorageClients storage, FileStore files, VersionStore versions, BlobStore blobs, Folders folders,
    SpaceQuota spaceQuota, TenantQuota tenantQuota, TimeProvider clock)
{
    const int PageSize = 200;
    const int MaxParallel = 8;

    static readonly TimeSpan UntouchedFor = TimeSpan.FromHours(1);

    // Longer than any upload URL lives (a day), and longer than storage keeps uncommitted blocks (a week).
    static readonly TimeSpan OrphanAge = TimeSpan.FromDays(8);

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Checks the next page.</summary>
    public Task<IntegrityCheckState> Next(string tenant, IntegrityCheckState state, CancellationToken cancel) => state.Phase switch
    {
        IntegrityCheckPhase.Records => Records(tenant, state, RowKeys.File(""), IsMissing, cancel),
        IntegrityCheckPhase.Versions => Records(tenant, state, RowKeys.AnyVersion, IsVersionMissing, cancel),
        IntegrityCheckPhase.Blobs => Blobs(tenant, state, cancel),
        IntegrityCheckPhase.Folders => Folders(tenant, state, cancel),
        IntegrityCheckPhase.Totals => Totals(tenant, state, cancel),
        _ => throw new ArgumentException("The check is finished.", nameof(state)),
    };

    async Task<IntegrityCheckState> Records(string tenant, IntegrityCheckState state, string prefix,
        Func<FileRecord, CancellationToken, Task<bool>> isMissing, CancellationToken cancel)
    {
        var (rows, next) = await Rows(tenant, prefix, state, cancel);
        var missing = new ConcurrentBag<string>();
        var marks = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var space in rows.Select(row => FileRows.Read(tenant, row).Space).Distinct())
            marks.Add(space, SearchIndex.MarkOf(await spaceQuota.Read(tenant, space, cancel)));
        await ForEach(rows, async (row, stop) =>
        {
            var file = FileRows.Read(tenant, row);
            if (await isMissing(file, stop)) missing.Add(file.Id);
            if (state.Phase == IntegrityCheckPhase.Records) await Index(file, marks[file.Space], stop);
        }, cancel);
        return state.MoveTo(next) with
        {
            Records = state.Records + rows.Count,
            Missing = state.Missing + missing.Count,
            MissingIds = [.. state.MissingIds.Concat(missing.Order(StringComparer.Ordinal)).Take(IntegrityCheckState.MaxIds)],
        };
    }

    // Sets or clears the mark on the record. Missing bytes may come back, so nothing is deleted.
    async Task<bool> IsMissing(FileRecord file, CancellationToken cancel)
    {
        if (file.IsInfected || file.Status is not (FileStatus.Available or FileStatus.Deleted)) return false;
        var missing = await blobs.Find(file.Tenant, file.BlobName, cancel, file.Snapshot) is null;
        if (missing == file.MissingSince is not null) return missing;
        if (await files.Find(file.Tenant, file.Id, cancel) is not
            { Status: FileStatus.Available or FileStatus.Deleted, IsInfected: false } now
            || now.Content != file.Content) return false;
        await files.TryMove(now, now with { MissingSince = missing ? clock.GetUtcNow() : null }, default, cancel);
        return missing;
    }

    // Files from before the indexes, and those that an older version of the service wrote since.
    async Task Index(FileRecord file, string? mark, CancellationToken cancel)
    {
        if (file.Status != FileStatus.Available || (mark is not null && file.Indexed == mark)) return;
        if (await files.Find(file.Tenant, file.Id, cancel) is { Status: FileStatus.Available } now) await files.TryIndex(now, cancel);
    }

    async Task<bool> IsVersionMissing(FileRecord version, CancellationToken cancel)
    {
        if (version.Status != FileStatus.Deleted) return false;
        var missing = await blobs.Find(version.Tenant, version.BlobName, cancel, version.Snapshot) is null;
        if (missing == version.MissingSince is not null) return missing;
        // Restored or purged meanwhile: then it is not missing as a version.
        return await versions.TryChange(version with { MissingSince = missing ? clock.GetUtcNow() : null }, cancel) && missing;
    }

    async Task<IntegrityCheckState> Blobs(string tenant, IntegrityCheckState state, CancellationToken cancel)
    {
        var (page, next) = await blobs.Page(tenant, state.Continuation, PageSize, cancel);
        var (orphans, deleted) = (0, 0);
        await ForEach(page, async (blob, stop) =>
        {
            if (await HasRecord(tenant, blob, stop)) return;
            Interlocked.Increment(ref orphans);
            if (blob.Properties.CreatedOn > clock.GetUtcNow() - OrphanAge) return;
            await blobs.Delete(tenant, blob.Name, stop);
            Interlocked.Increment(ref deleted);
        }, cancel);
        return state.MoveTo(next) with
        {
            Blobs = state.Blobs + page.Count,
            Orphans = state.Orphans + orphans,
            OrphansDeleted = state.OrphansDeleted + deleted,
        };
    }

    // The names of all blobs start with the id of the file, or of the upload, whose bytes they hold.
    // Those of an archive start with the id of the job that makes it.
    async Task<bool> HasRecord(string tenant, BlobItem blob, CancellationToken cancel) => blob.Name.Length >= 32
        && (await versions.FindContent(tenant, blob.Name[..32], cancel) is not null
            || await table.Find(RowKeys.Space(tenant, blob.Name[..16]), RowKeys.Job(blob.Name[..32]), cancel) is not null);

    async Task<IntegrityCheckState> Folders(string tenant, IntegrityCheckState state, CancellationToken cancel)
    {
        var (rows, next) = await Rows(tenant, RowKeys.AnyFolder, state, cancel);
        var removed = 0;
        await ForEach(rows, async (row, stop) =>
        {
            var path = row.GetString("Path");
            while (path.Length > 0 && await folders.TryRemove(row.PartitionKey, path, stop))
            {
                Interlocked.Increment(ref removed);
                path = FileRows.Parent(path);
            }
        }, cancel);
        return state.MoveTo(next) with { FoldersRemoved = state.FoldersRemoved + removed };
    }

    async Task<IntegrityCheckState> Totals(string tenant, IntegrityCheckState state, CancellationToken cancel)
    {
        var (repaired, next) = await tenantQuota.Repair(tenant, state.Continuation, PageSize, clock.GetUtcNow() - UntouchedFor, cancel);
        return state.MoveTo(next) with { PartsRepaired = state.PartsRepaired + repaired };
    }

    // All partitions of the tenant (`}` is the character after `|`), all keys with this prefix.
    Task<(IReadOnlyList<TableEntity> Rows, string? Next)> Rows(
        string tenant, string start, IntegrityCheckState state, CancellationToken cancel) =>
        table.Page($"PartitionKey ge {tenant + "|"} and PartitionKey lt {tenant + "}"} and RowKey ge {start} and RowKey lt {start + "~"}",
            state.Continuation, PageSize, cancel);

    static Task ForEach<T>(IReadOnlyList<T> items, Func<T, CancellationToken, ValueTask> step, CancellationToken cancel) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancel }, step);
}
