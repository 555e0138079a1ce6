using System.Diagnostics;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Removes all that a user or group has: the files of the space for good (<see cref="FilePurge"/>), the shares that were
/// given to them, and last what the space has taken of the tenant's total. Every step can be repeated, and what is left
/// is found again: the same call goes on after a crash. Nobody may write to the space any more by then.
/// </summary>
public sealed class SpaceRemoval(
    StorageClients storage, FileStore files, FilePurge purge, ShareStore shares, SpaceQuota spaceQuota, TenantQuota tenantQuota)
{
    const int SharesAtOnce = 100;
    const int FilesAtOnce = 8;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>How many files the space has, in the trash and pending ones too.</summary>
    public async Task<long> CountFiles(string tenant, Owner owner, CancellationToken cancel) =>
        (await spaceQuota.Read(tenant, owner.SpaceKey(tenant), cancel)).Files;

    /// <summary>True if there is neither a file in the space nor a share with its owner: nothing that a new owner of the same id would inherit.</summary>
    public async Task<bool> IsEmpty(string tenant, Owner owner, CancellationToken cancel) =>
        await CountFiles(tenant, owner, cancel) == 0 && (await shares.SharedWith(tenant, owner.Kind, owner.Id, "", 1, cancel)).Count == 0;

    /// <summary>Removes it; false if the time was over before, or files kept changing. Then the same again goes on.</summary>
    public async Task<bool> TryRun(string tenant, Owner owner, TimeSpan most, CancellationToken cancel)
    {
        var time = Stopwatch.StartNew();
        while (await shares.SharedWith(tenant, owner.Kind, owner.Id, "", SharesAtOnce, cancel) is { Count: > 0 } given)
        {
            if (time.Elapsed > most) return false;
            foreach (var (fileId, shareId, _) in given) await shares.Remove(tenant, fileId, owner.Kind, owner.Id, shareId, cancel);
        }
        var space = owner.SpaceKey(tenant);
        var whole = true;
        var work = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Records(tenant, space, cancel), work, async (file, stop) =>
        {
            if (time.Elapsed > most || !await TryPurge(file, stop)) whole = false;
        });
        if (!whole || await CountFiles(tenant, owner, cancel) > 0) return false;
        await RemoveFolders(tenant, space, cancel);
        await tenantQuota.RemoveSpace(tenant, space, cancel);
        return true;
    }

    async Task<bool> TryPurge(FileRecord file, CancellationToken cancel) =>
        await purge.TryRun(file, isDue: false, cancel) // Else it changed since: by an upload that was just completing, say.
        || await files.Find(file.Tenant, file.Id, cancel) is not { } now || await purge.TryRun(now, isDue: false, cancel);

    // One by one they would be looked at with each file; all of them are empty now.
    async Task RemoveFolders(string tenant, string space, CancellationToken cancel)
    {
        var partition = RowKeys.Space(tenant, space);
        await foreach (var row in table.Range(partition, RowKeys.AnyFolder, RowKeys.AnyFolder + "~", null, cancel))
            await table.TryDelete(row, cancel);
    }

    async IAsyncEnumerable<FileRecord> Records(
        string tenant, string space, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var start = RowKeys.File("");
        await foreach (var row in table.Range(RowKeys.Space(tenant, space), start, start + "~", null, cancel))
            yield return FileRows.Read(tenant, row);
    }
}
