using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Shares (SCHEMA.md, table Files). The row beside the file decides about access. The row in the recipient's partition only leads
/// there; it is written first and deleted last, so what a crash leaves leads nowhere and does no harm. A share that is given or ends is
/// a change of the file's space (<see cref="FileChange"/>), unless it ends with the file.
/// </summary>
public sealed class ShareStore(StorageClients storage, SpaceQuota spaceQuota, FileSchedule schedule, TimeProvider clock)
{
    /// <summary>The most shares of a file.</summary>
    const int MaxPerFile = 100;

    const int MaxAttempts = 5;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3); // Somebody still has access meanwhile.

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>All shares of a file, including links and expired ones, in one query.</summary>
    public async Task<IReadOnlyList<Share>> AllOf(string tenant, string fileId, CancellationToken cancel)
    {
        var shares = new List<Share>();
        var start = RowKeys.Share(fileId, "");
        await foreach (var row in table.Range(RowKeys.Space(tenant, fileId[..16]), start, start + "~", null, cancel))
            shares.Add(Share.Read(tenant, row));
        return shares;
    }

    /// <summary>The users and groups who have the file by a share now.</summary>
    public async Task<IReadOnlyList<Owner>> Recipients(string tenant, string fileId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return !FileRecord.IsId(fileId) ? [] : [.. (await AllOf(tenant, fileId, cancel))
            .Where(share => share.Kind is "user" or "group" && share.IsLive(now)).Select(share => new Owner(share.Kind, share.Recipient))];
    }

    /// <summary>One share, or null.</summary>
    public async Task<Share?> Find(string tenant, string fileId, string id, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.Space(tenant, fileId[..16]), RowKeys.Share(fileId, id), cancel);
        return row is null ? null : Share.Read(tenant, row);
    }

    /// <summary>Creates or replaces a share.</summary>
    /// <param name="share">The share.</param>
    /// <param name="by">The user who does it; null: an app.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">409 <c>too_many_shares</c>, 503 <c>space_busy</c>.</exception>
    public async Task Save(Share share, string? by, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var all = await AllOf(share.Tenant, share.FileId, cancel);
            if (all.Count(other => other.Id != share.Id) >= MaxPerFile)
                throw Problem.Conflict("too_many_shares", $"A file can have {MaxPerFile} shares at most. Share it with a group instead.");
            var before = all.FirstOrDefault(other => other.Id == share.Id);
            if (before is not null && before with { ETag = share.ETag } == share) return; // Written before, but the answer was lost.
            if (share.Until is { } until) await schedule.Add(share.Tenant, share.FileId, share.Id, until, cancel);
            if (share.Kind != "link") await table.Put(RecipientRow(share), cancel);
            TableTransactionAction write = before is null
                ? new(TableTransactionActionType.Add, share.ToRow())
                : new(TableTransactionActionType.UpdateReplace, share.ToRow(), before.ETag);
            if (await TryChange(ChangeKind.Shared, share, write, cancel, by)) return;
        }
        throw FileStore.Busy();
    }

    /// <summary>Replaces a share if it has not changed since it was read.</summary>
    public Task<bool> TryReplace(Share share, CancellationToken cancel) => table.TryReplace(share.ToRow(), cancel);

    /// <summary>
    /// Deletes a share. In a space that is too busy for it, it expires now: access has ended, and the sweep deletes and records it.
    /// </summary>
    public async Task Remove(Share share, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            if (!await TryUnshare(share, ETag.All, either.Token)) await Delete(share.Tenant, share.FileId, share.Id, either.Token);
        }
        catch (Exception busy) when (busy is Problem { Code: "space_busy" }
            || (busy is OperationCanceledException && patience.IsCancellationRequested && !cancel.IsCancellationRequested))
        {
            await Expire(share, cancel);
            return;
        }
        await RemoveRecipientRow(share, cancel);
    }

    /// <summary>Deletes a share that the recipient's row leads to, whether or not the share still exists.</summary>
    public async Task Remove(string tenant, string fileId, Owner recipient, string id, CancellationToken cancel)
    {
        var row = new TableEntity(RowKeys.Space(tenant, fileId[..16]), RowKeys.Share(fileId, id));
        if (!await TryChange(FileChange.Of(ChangeKind.Unshared, fileId, id), tenant, Deletion(row, ETag.All), cancel))
            await Delete(tenant, fileId, id, cancel);
        await table.TryDelete(RowKeys.SharedWith(tenant, recipient.Kind, recipient.Id), RowKeys.SharedFile(fileId, id), cancel);
    }

    /// <summary>Deletes a share that has expired. A share that was extended meanwhile stays.</summary>
    public async Task RemoveExpired(string tenant, string fileId, string id, DateTimeOffset now, CancellationToken cancel)
    {
        if (await Find(tenant, fileId, id, cancel) is not { } share || share.IsLive(now)) return;
        if (await TryUnshare(share, share.ETag, cancel)) await RemoveRecipientRow(share, cancel);
    }

    /// <summary>Deletes all shares of a file that is being purged. Apps are told of the purge, and not of each share.</summary>
    public async Task RemoveAll(FileRecord file, CancellationToken cancel)
    {
        foreach (var share in await AllOf(file.Tenant, file.Id, cancel))
        {
            await table.TryDelete(RowKeys.Space(share.Tenant, file.Space), RowKeys.Share(file.Id, share.Id), cancel);
            await RemoveRecipientRow(share, cancel);
        }
    }

    /// <summary>
    /// The shares that a recipient may have, in a stable order. They only lead to the share, which the caller has to read.
    /// </summary>
    public async Task<IReadOnlyList<(string FileId, string ShareId, string Key)>> SharedWith(
        string tenant, Owner recipient, string after, int limit, CancellationToken cancel)
    {
        var found = new List<(string, string, string)>();
        await foreach (var row in table.Range(RowKeys.SharedWith(tenant, recipient.Kind, recipient.Id), after, "~", limit, cancel))
        {
            if (found.Count == limit) break;
            found.Add((row.GetString("FileId"), row.GetString("Id"), row.RowKey));
        }
        return found;
    }

    async Task Expire(Share share, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await schedule.Add(share.Tenant, share.FileId, share.Id, now, cancel);
        for (Share? found = share; found is not null && found.IsLive(now);)
        {
            if (await TryReplace(found with { Until = now }, cancel)) return;
            found = await Find(share.Tenant, share.FileId, share.Id, cancel); // A download of a link was counted meanwhile.
        }
    }

    // Its space may be gone, or the share already.
    Task<bool> Delete(string tenant, string fileId, string id, CancellationToken cancel) =>
        table.TryDelete(RowKeys.Space(tenant, fileId[..16]), RowKeys.Share(fileId, id), cancel);

    Task<bool> TryUnshare(Share share, ETag etag, CancellationToken cancel) =>
        TryChange(ChangeKind.Unshared, share, Deletion(share.ToRow(), etag), cancel);

    Task<bool> TryChange(
        ChangeKind kind, Share share, TableTransactionAction write, CancellationToken cancel, string? by = null) => TryChange(
        FileChange.Of(kind, share.FileId, share.Id, share.Kind == "link") with
        {
            Recipient = share.Kind == "link" ? null : new(share.Kind, share.Recipient),
            SharedBy = share.Kind == "link" ? null : by,
        }, share.Tenant, write, cancel);

    Task<bool> TryChange(FileChange change, string tenant, TableTransactionAction write, CancellationToken cancel) =>
        spaceQuota.TryTransact(tenant, change.FileId[..16], new UsageChange { Change = change }, [write], cancel);

    static TableTransactionAction Deletion(TableEntity row, ETag etag) => new(TableTransactionActionType.Delete, row, etag);

    static TableEntity RecipientRow(Share share) =>
        new(RowKeys.SharedWith(share.Tenant, share.Kind, share.Recipient), RowKeys.SharedFile(share.FileId, share.Id))
        {
            ["FileId"] = share.FileId,
            ["Id"] = share.Id,
        };

    async Task RemoveRecipientRow(Share share, CancellationToken cancel)
    {
        if (share.Kind == "link") return;
        var row = RecipientRow(share);
        await table.TryDelete(row.PartitionKey, row.RowKey, cancel);
    }
}
