using Azure.Data.Tables;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>What became of a folder to which a link or a request for files is bound.</summary>
public enum BoundFolder
{
    /// <summary>It is the same.</summary>
    Same,

    /// <summary>A job is moving or deleting it.</summary>
    Hidden,

    /// <summary>It was moved or deleted. A folder of its name is another one.</summary>
    Gone,
}

/// <summary>
/// Binds links and requests for files to a folder and not to its path: a folder that is made later under the same name is not shared by
/// them. The folder's row has an identity from the first link on, and goes with the row.
/// </summary>
public sealed class BoundFolders(Folders folders, FolderJobStarter jobs, SpaceQuota spaceQuota)
{
    const string IdentityColumn = "Identity";

    /// <summary>
    /// The identity of a folder, which becomes one that somebody has made: it stays when nothing is in it. Null for the root, which always
    /// is the same.
    /// </summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>; 409 <c>folder_busy</c>, <c>file_changing</c>; 503
    /// <c>space_busy</c>.</exception>
    public async Task<string?> Bind(Caller caller, Owner owner, string folder)
    {
        if (folder.Length == 0) return null;
        var (tenant, cancel) = (caller.Tenant.Id, caller.Cancel);
        var space = owner.SpaceKey(tenant);
        var partition = RowKeys.Space(tenant, space);
        return await FileRetry.Run(async () =>
        {
            await jobs.FindFree(caller, partition, folder, reads: true);
            var found = await folders.Find(partition, folder, cancel);
            if (found is { IsMade: true } && IdentityOf(found) is { } bound) return bound;
            var rows = FolderState.KeepMade(partition, folder).ToList();
            var (row, identity) = ((TableEntity)rows[^1].Entity, Ids.NewBase32());
            row[IdentityColumn] = identity;
            rows[^1] = found is null ? new(TableTransactionActionType.Add, row)
                : new(TableTransactionActionType.UpdateMerge, row, found.Row.ETag);
            UsageChange change = found is { IsMade: true } ? default
                : new() { Folders = 1, Change = FileChange.OfFolder(ChangeKind.FolderCreated, owner, folder) };
            return await spaceQuota.TryTransact(tenant, space, change, rows, cancel) ? identity : null;
        });
    }

    /// <summary>What became of the folder.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="owner">The owner of its space.</param>
    /// <param name="folder">Its path.</param>
    /// <param name="identity">What <see cref="Bind"/> returned.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<BoundFolder> Find(string tenant, Owner owner, string folder, string? identity, CancellationToken cancel)
    {
        if (identity is null) return BoundFolder.Same;
        var found = await folders.Find(RowKeys.Space(tenant, owner.SpaceKey(tenant)), folder, cancel);
        return found is null || IdentityOf(found) != identity ? BoundFolder.Gone
            : found.IsHidden ? BoundFolder.Hidden : BoundFolder.Same;
    }

    static string? IdentityOf(FolderState folder) => folder.Row.GetString(IdentityColumn);
}
