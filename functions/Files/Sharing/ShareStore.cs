using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Shares (SCHEMA.md, table Files): a row beside the file, which decides, and one in the recipient's partition, which
/// only leads there. The latter is written first and removed last: what a crash leaves leads nowhere and harms nobody.
/// </summary>
public sealed class ShareStore(StorageClients storage, FileSchedule schedule)
{
    /// <summary>How many shares a file has at most.</summary>
    const int MaxPerFile = 100;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>All shares of a file, links and ended ones included: one query.</summary>
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

    /// <summary>Gives a share, or gives it anew.</summary>
    /// <exception cref="Problem">409 <c>too_many_shares</c>.</exception>
    public async Task Save(Share share, CancellationToken cancel)
    {
        var others = (await AllOf(share.Tenant, share.FileId, cancel)).Count(other => other.Id != share.Id);
        if (others >= MaxPerFile) throw Problem.Conflict("too_many_shares", $"A file has {MaxPerFile} shares at most: share it with a group.");
        if (share.Until is { } until) await schedule.Add(share.Tenant, share.FileId, share.Id, until, cancel);
        if (share.Kind != "link") await table.Put(RecipientRow(share), cancel);
        await table.Put(share.ToRow(), cancel);
    }

    /// <summary>Writes a share if nobody else did since it was read.</summary>
    public Task<bool> TryReplace(Share share, CancellationToken cancel) => table.TryReplace(share.ToRow(), cancel);

    /// <summary>Ends a share.</summary>
    public async Task Remove(Share share, CancellationToken cancel)
    {
        await table.TryDelete(WithAnyETag(share.ToRow()), cancel);
        if (share.Kind != "link") await table.TryDelete(WithAnyETag(RecipientRow(share)), cancel);
    }

    /// <summary>Ends a share as its recipient's row names it, whether or not it is there itself.</summary>
    public async Task Remove(string tenant, string fileId, string kind, string recipient, string id, CancellationToken cancel)
    {
        var (space, key) = (RowKeys.Space(tenant, fileId[..16]), RowKeys.Share(fileId, id));
        await table.TryDelete(space, key, cancel);
        await table.TryDelete(RowKeys.SharedWith(tenant, kind, recipient), RowKeys.SharedFile(fileId, id), cancel);
    }

    /// <summary>Ends a share whose time is over; one that was given anew for longer stays.</summary>
    public async Task RemoveExpired(string tenant, string fileId, string id, DateTimeOffset now, CancellationToken cancel)
    {
        if (await Find(tenant, fileId, id, cancel) is not { } share || share.IsLive(now)) return;
        if (await table.TryDelete(share.ToRow(), cancel) && share.Kind != "link") await table.TryDelete(WithAnyETag(RecipientRow(share)), cancel);
    }

    /// <summary>Ends all shares of a file that is being removed.</summary>
    public async Task RemoveAll(FileRecord file, CancellationToken cancel)
    {
        foreach (var share in await AllOf(file.Tenant, file.Id, cancel)) await Remove(share, cancel);
    }

    /// <summary>Which shares somebody may have been given, in a stable order; what they lead to must be looked at.</summary>
    public async Task<IReadOnlyList<(string FileId, string ShareId, string Key)>> SharedWith(
        string tenant, string kind, string recipient, string after, int limit, CancellationToken cancel)
    {
        var found = new List<(string, string, string)>();
        await foreach (var row in table.Range(RowKeys.SharedWith(tenant, kind, recipient), after, "~", limit, cancel))
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

    static TableEntity WithAnyETag(TableEntity row)
    {
        row.ETag = ETag.All;
        return row;
    }
}
