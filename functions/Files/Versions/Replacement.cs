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
    StorageClients storage, FileStore files, VersionStore versions, VersionPurge purge, TenantStore tenants, TimeProvider clock)
{
    const int MaxNames = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Refuses an upload whose file has another version by now, before its bytes are read.</summary>
    /// <exception cref="Problem">409 <c>version_conflict</c>; 404 <c>file_not_found</c>: the file is gone.</exception>
    public async Task EnsureDue(FileRecord upload, VersionCondition condition, CancellationToken cancel)
    {
        condition = condition.Or(VersionCondition.Of(upload));
        if (!condition.Copy) condition.Ensure(await files.Find(upload.Tenant, upload.Replaces, cancel));
    }

    /// <summary>
    /// Makes a checked upload the file's new version, or a copy. Returns the file; null if something changed meanwhile, and then nothing
    /// was done.
    /// </summary>
    /// <exception cref="Problem">The same.</exception>
    public async Task<FileRecord?> TryFinish(FileRecord upload, VersionCondition condition, CancellationToken cancel)
    {
        condition = condition.Or(VersionCondition.Of(upload));
        var file = await files.Find(upload.Tenant, upload.Replaces, cancel);
        if (condition.Holds(file)) return await TryReplace(file!, upload, cancel);
        if (!condition.Copy) condition.Ensure(file);
        return await TryBecomeCopy(upload, file is { Status: FileStatus.Available } ? file.Folder : upload.Folder, cancel);
    }

    async Task<FileRecord?> TryReplace(FileRecord file, FileRecord upload, CancellationToken cancel)
    {
        var limits = (await tenants.Find(file.Tenant, cancel))?.Limits ?? new FileLimits();
        var now = clock.GetUtcNow();
        var after = file.With(upload, upload.UploadedBy, now);
        TableTransactionAction merged = new(
            TableTransactionActionType.UpdateReplace, FileRows.RecordRow(upload.BecomeVersion()), upload.ETag);
        await purge.Schedule(file, cancel);
        if (!await versions.TryReplace(file, after, file.Retire(now, limits.VersionTime), UsageChange.Replace, merged, cancel)) return null;
        await purge.PurgeExcess(after, limits.Versions, cancel);
        return after;
    }

    async Task<FileRecord?> TryBecomeCopy(FileRecord upload, string folder, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var name = await FreeName(upload, folder, now, cancel);
        var copy = upload with { Name = name, Folder = folder, Replaces = null, ReplacesOnly = null, BecomesCopy = false };
        copy = copy.Complete(now, scan: false);
        return await files.TryComplete(copy, cancel) ? copy : null;
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
