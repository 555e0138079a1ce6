using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Makes an upload the new version of the file that it replaces, in one transaction: the file has the former version until then, and the
/// new one from then on. If somebody else was faster, the upload stays as it is, or becomes a file of its own beside the other.
/// </summary>
public sealed class Replacement(
    StorageClients storage, FileStore files, VersionStore versions, VersionPurge purge, TenantStore tenants, StagedBlobs staged,
    LocationRemoval locations, TimeProvider clock)
{
    const int MaxNames = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Refuses an upload whose file has another version by now, before its bytes are read.</summary>
    /// <exception cref="Problem">
    /// 409 <c>version_conflict</c>, <c>file_scanning</c>; 403 <c>file_infected</c>; 404 <c>file_not_found</c>: the file is gone.
    /// </exception>
    public async Task EnsureDue(FileRecord upload, VersionCondition condition, CancellationToken cancel)
    {
        condition = condition.Or(VersionCondition.Of(upload));
        if (condition.Copy) return;
        var file = await files.Find(upload.Tenant, upload.Replaces, cancel);
        // It may have become the file's since it was read, by the same request sent twice.
        if (file?.Content != upload.Id) condition.Ensure(file);
    }

    /// <summary>
    /// Makes a checked upload the file's new version, or a copy if it is to become one. Returns the file; null if something changed
    /// meanwhile, and then nothing was done.
    /// </summary>
    public async Task<FileRecord?> TryFinish(FileRecord upload, CancellationToken cancel)
    {
        var condition = VersionCondition.Of(upload);
        var file = await files.Find(upload.Tenant, upload.Replaces, cancel);
        if (condition.Holds(file)) return await TryReplace(file!, upload, cancel);
        return condition.Copy ? await TryBecomeCopy(upload, file is { HasArrived: true } ? file.Folder : upload.Folder, cancel) : null;
    }

    /// <summary>
    /// The same for an upload in which no malware was found. If the file has another version by now and no copy is wanted, or there is no
    /// room for it, the upload is Pending again: whoever completes it is told. Null if something changed meanwhile.
    /// </summary>
    public async Task<FileRecord?> TryRelease(FileRecord upload, CancellationToken cancel)
    {
        var clean = upload with { Scan = new FileScan { ETags = upload.Scan?.ETags ?? [], At = clock.GetUtcNow() } };
        var (done, full) = await TryFinishOrFull(clean, cancel);
        if (done is not null)
        {
            await locations.DropUploaded(done);
            return done;
        }
        var (condition, file) = (VersionCondition.Of(upload), await files.Find(upload.Tenant, upload.Replaces, cancel));
        if (full is null && (condition.Copy || condition.Holds(file))) return null;
        // Defender says it once, so its verdict is kept for the next complete, which takes a snapshot of its own.
        var known = new FileScan { Early = [.. (upload.Scan?.ETags ?? []).Select(etag => new EarlyVerdict(etag, ""))] };
        var waiting = clean with { Status = FileStatus.Pending, CompletedAt = null, Snapshot = null, Clean = null, Scan = known };
        if (!await files.TryMove(upload, waiting, new UsageChange(0, 0, 1), cancel)) return null;
        if (upload.Snapshot is { } taken) await staged.DeleteSnapshot(upload.Tenant, upload.BlobName, taken, cancel);
        return waiting with { NoRoom = full };
    }

    // Full: a copy would be a file more than the space may have. Whoever completes it is told.
    async Task<(FileRecord? Done, Problem? Full)> TryFinishOrFull(FileRecord upload, CancellationToken cancel)
    {
        try
        {
            return (await TryFinish(upload, cancel), null);
        }
        catch (Problem full) when (full.Code == "quota_exceeded")
        {
            return (null, full);
        }
    }

    async Task<FileRecord?> TryReplace(FileRecord file, FileRecord upload, CancellationToken cancel)
    {
        var limits = (await tenants.Find(file.Tenant, cancel))?.Limits ?? new FileLimits();
        var now = clock.GetUtcNow();
        var after = file.With(upload, upload.UploadedBy, now);
        TableTransactionAction merged = new(
            TableTransactionActionType.UpdateReplace, FileRows.RecordRow(upload.BecomeVersion()), upload.ETag);
        await purge.Schedule(file, cancel);
        var change = UsageChange.Replace(upload);
        var former = file.Retire(now, limits.VersionTime) with { Guarded = upload.ByShare && !file.ByShare };
        if (!await versions.TryReplace(file, after, former, change, merged, cancel)) return null;
        await purge.TryPurgeExcess(after, limits, cancel);
        return after;
    }

    async Task<FileRecord?> TryBecomeCopy(FileRecord upload, string folder, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var name = await FreeName(upload, folder, now, cancel);
        var copy = upload with { Name = name, Folder = folder, Replaces = null, ReplacesOnly = null, BecomesCopy = false };
        if (upload.Status == FileStatus.Pending)
        {
            copy = copy.Complete(now, scan: false);
            return await files.TryCompleteCopy(copy, cancel) ? copy : null;
        }
        copy = copy.Release(now).Relist();
        return await files.TryMove(upload, copy, UsageChange.OneMore, cancel) ? copy : null;
    }

    // Names are no keys: two copies at the same instant may get the same one.
    async Task<string> FreeName(FileRecord upload, string folder, DateTimeOffset now, CancellationToken cancel)
    {
        var start = RowKeys.ListedByNameIn(folder) + RowKeys.SortKey(ConflictedName.Start(upload.Name, now));
        var taken = await table.Columns(FileRows.Partition(upload), start, start + "~", ["Name"], cancel)
            .Take(MaxNames).Select(row => row.GetString("Name")).ToHashSetAsync(StringComparer.OrdinalIgnoreCase, cancel);
        return Enumerable.Range(1, MaxNames + 1).Select(n => ConflictedName.Of(upload.Name, now, n)).First(name => !taken.Contains(name));
    }
}
