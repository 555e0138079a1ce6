using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// The changes of a space, by their numbers. Those that nobody may ask for any more are deleted from the first one on, so a
/// number that is missing means that the reader has missed changes.
/// </summary>
public sealed class ChangeFeed(StorageClients storage, SpaceQuota spaceQuota, ChangeCursors cursors)
{
    /// <summary>How long changes are kept at least.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    const int MaxDropped = 20_000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The changes behind a cursor, or none and the cursor of now.</summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>, 410 <c>changes_gone</c>.</exception>
    public async Task<ChangesResponse> Read(string tenant, string space, ChangeCursor? after, int limit, CancellationToken cancel)
    {
        if (after is not null && after.Space != space) throw Paging.InvalidCursor();
        var usage = await spaceQuota.Read(tenant, space, cancel);
        if (usage is { ETag: not null, Incarnation: null })
            usage = after is null ? await BeginRecording(tenant, space, cancel) : throw Gone();
        var now = new ChangeCursor(space, usage.Incarnation ?? "", usage.Changes);
        if (after is null || after == now) return new([], await cursors.Write(tenant, now, cancel), false);
        // Where nothing was, all that is there now has come since.
        if (after.Incarnation.Length == 0 && usage.IsRecordedFromEmpty) after = now with { Number = 0 };
        if (after.Incarnation != now.Incarnation) throw Gone();
        if (after.Number > now.Number) throw Paging.InvalidCursor();
        var items = await Between(tenant, after, Math.Min(after.Number + limit, now.Number), cancel);
        var last = after with { Number = after.Number + items.Count };
        return new(items, await cursors.Write(tenant, last, cancel), last.Number < now.Number);
    }

    // A space that nothing has changed since changes are recorded. From now on there is a place behind which they are.
    async Task<Usage> BeginRecording(string tenant, string space, CancellationToken cancel)
    {
        await spaceQuota.TryTransact(tenant, space, default, [], cancel);
        return await spaceQuota.Read(tenant, space, cancel);
    }

    async Task<List<ChangeResponse>> Between(string tenant, ChangeCursor after, long last, CancellationToken cancel)
    {
        var items = new List<ChangeResponse>();
        var (from, to) = (RowKeys.Change(after.Incarnation, after.Number + 1), RowKeys.Change(after.Incarnation, last + 1));
        await foreach (var row in table.Range(RowKeys.Space(tenant, after.Space), from, to, null, cancel))
        {
            if (row.RowKey != RowKeys.Change(after.Incarnation, after.Number + items.Count + 1)) throw Gone();
            items.Add(ChangeRows.Read(tenant, row));
        }
        return items.Count == last - after.Number ? items : throw Gone();
    }

    /// <summary>
    /// Deletes the changes of a space that are older than <see cref="Kept"/>, also those of former incarnations, of each from the first
    /// one on, and reads no others; false if there may be more of them.
    /// </summary>
    public async Task<bool> TryDropOld(string tenant, string space, DateTimeOffset now, CancellationToken cancel)
    {
        var (partition, from, dropped) = (RowKeys.Space(tenant, space), RowKeys.AnyChange, 0);
        while (dropped < MaxDropped)
        {
            var rows = await table.Columns(partition, from, RowKeys.AnyChange + "~", ["RowKey", ChangeRows.TimeColumn], cancel,
                Table.MaxTransactionRows).Take(Table.MaxTransactionRows).ToListAsync(cancel);
            if (rows.Count == 0) return true;
            var incarnation = rows[0].RowKey[..(rows[0].RowKey.LastIndexOf('|') + 1)];
            var keys = rows.TakeWhile(row => row.RowKey.StartsWith(incarnation, StringComparison.Ordinal)
                && ChangeRows.TimeOf(row) <= now - Kept).Select(row => row.RowKey).ToList();
            await table.Delete(partition, keys, cancel);
            dropped += keys.Count;
            if (keys.Count < Table.MaxTransactionRows) from = incarnation + "~"; // All others of it are younger.
        }
        return false;
    }

    /// <summary>Deletes all changes of a space that is being removed.</summary>
    public Task RemoveAll(string tenant, string space, CancellationToken cancel) =>
        table.Clear(RowKeys.Space(tenant, space), RowKeys.AnyChange, RowKeys.AnyChange + "~", cancel);

    static Problem Gone() => new(410, "changes_gone", string.Create(CultureInfo.InvariantCulture,
        $"Changes behind this cursor are no longer kept: it is older than {Kept.Days} days, or the space was removed. Start over."));
}
