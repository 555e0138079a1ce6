using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Shares (SCHEMA.md, table Files). The row beside the file decides about access. The row in the recipient's partition only leads
/// there; it is written first and deleted last, so what a crash leaves leads nowhere and does no harm.
/// </summary>
public sealed class ShareStore(StorageClients storage, FileSchedule schedule)
{
    /// <summary>The most shares of a file.</summary>
    const int MaxPerFile = 100;

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

    /// <summary>One share, or null.</summary>
    public async Task<Share?> Find(string tenant, string fileId, string id, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.Space(tenant, fileId[..16]), RowKeys.Share(fileId, id), cancel);
        return row is null ? null : Share.Read(tenant, row);
    }

    /// <summary>Creates or replaces a share.</summary>
    /// <exception cref="Problem">409 <c>too_many_shares</c>.</exception>
    public async Task Save(Share share, CancellationToken cancel)
    {
        var others = (await AllOf(share.Tenant, share.FileId, cancel)).Count(other => other.Id != share.Id);
        if (others >= MaxPerFile)
            throw Problem.Conflict("too_many_shares", $"A file can have {MaxPerFile} shares at most. Share it with a group instead.");
        if (share.Until is { } until) await schedule.Add(share.Tenant, share.FileId, share.Id, until, cancel);
        if (share.Kind != "link") await table.Put(RecipientRow(share), cancel);
        await table.Put(share.ToRow(), cancel);
    }

    /// <summary>Replaces a share if it has not changed since it was read.</summary>
    public Task<bool> TryReplace(Share share, CancellationToken cancel) => table.TryReplace(share.ToRow(), cancel);

    /// <summary>Deletes a share.</summary>
    public async Task Remove(Share share, CancellationToken cancel)
    {
        var row = share.ToRow();
        await table.TryDelete(row.PartitionKey, row.RowKey, cancel);
        await RemoveRecipientRow(share, cancel);
    }

    /// <summary>Deletes a share that the recipient's row leads to, whether or not the share still exists.</summary>
    public async Task Remove(string tenant, string fileId, Owner recipient, string id, CancellationToken cancel)
    {
        var (space, key) = (RowKeys.Space(tenant, fileId[..16]), RowKeys.Share(fileId, id));
        await table.TryDelete(space, key, cancel);
        await table.TryDelete(RowKeys.SharedWith(tenant, recipient.Kind, recipient.Id), RowKeys.SharedFile(fileId, id), cancel);
    }

    /// <summary>Deletes a share that has expired. A share that was extended meanwhile stays.</summary>
    public async Task RemoveExpired(string tenant, string fileId, string id, DateTimeOffset now, CancellationToken cancel)
    {
        if (await Find(tenant, fileId, id, cancel) is not { } share || share.IsLive(now)) return;
        if (await table.TryDelete(share.ToRow(), cancel)) await RemoveRecipientRow(share, cancel);
    }

    /// <summary>Deletes all shares of a file that is being purged.</summary>
    public async Task RemoveAll(FileRecord file, CancellationToken cancel)
    {
        foreach (var share in await AllOf(file.Tenant, file.Id, cancel)) await Remove(share, cancel);
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
