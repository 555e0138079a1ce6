using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>A page of an inbox.</summary>
/// <param name="Messages">The messages, in the order in which they arrived.</param>
/// <param name="Position">Where to go on.</param>
/// <param name="More">There are more already.</param>
public sealed record InboxPage(IReadOnlyList<Message> Messages, string Position, bool More);

/// <summary>
/// The inboxes of users (SCHEMA.md, tables Messages…). A message is two rows, one by its time and one by its id, inserted in one
/// transaction: so the same message arrives once, however often somebody delivers it. Acknowledged, the first is gone and the second stays.
/// </summary>
public sealed class InboxStore(StorageClients storage, TimeProvider clock)
{
    const int AtOnce = 16;

    // A row is written with the time of this moment, and is there soon after it, whatever storage and clocks do. A reader gets what is
    // younger than this once more: so nothing that was written late is behind a cursor.
    static readonly TimeSpan Late = TimeSpan.FromMinutes(2);

    /// <summary>An inbox that is no user's, and that nobody reads.</summary>
    public const string Nobody = "nobody";

    readonly MessageTables tables = new(storage);

    /// <summary>
    /// The inbox that all share who belong to a group by its rule. It is another one once the rule is: whoever it lets in then does not
    /// read what was written before.
    /// </summary>
    public static string OfRule(GroupRule rule) => $"rule|{rule.Group}|{rule.Version}";

    /// <summary>Puts a message into an inbox; false if it was there.</summary>
    public Task<bool> TryAdd(string tenant, string user, Message message, CancellationToken cancel)
    {
        var (partition, key) = (RowKeys.Inbox(tenant, user), RowKeys.InboxMessage(clock.GetUtcNow(), message.Id));
        return tables.For(BucketId.Parse(message.Id)!.Value.Bucket).TryTransact(
        [
            new(TableTransactionActionType.Add, new TableEntity(partition, RowKeys.InboxId(message.Id))
            {
                ["Key"] = key,
                ["Stays"] = message.Stays ? true : null,
            }),
            new(TableTransactionActionType.Add, MessageRow.Write(new(partition, key), message)),
        ], cancel);
    }

    /// <summary>True if a message with this id has arrived in the inbox.</summary>
    public async Task<bool> Has(string tenant, string user, string id, CancellationToken cancel) =>
        await tables.For(BucketId.Parse(id)!.Value.Bucket).Find(RowKeys.Inbox(tenant, user), RowKeys.InboxId(id), cancel) is not null;

    /// <summary>What has arrived behind a position.</summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public Task<InboxPage> Read(string tenant, string user, string? position, int limit, CancellationToken cancel) =>
        Read(tenant, [user], _ => true, position, limit, cancel);

    /// <summary>The same of several inboxes together.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="inboxes">
    /// The inboxes. Each costs a request for each week; of several only the keys, and then as many requests as have rows of the page.
    /// </param>
    /// <param name="isWanted">False for what is left out.</param>
    /// <param name="position">The position; null for the beginning.</param>
    /// <param name="limit">The most messages of the page.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public async Task<InboxPage> Read(string tenant, IReadOnlyList<string> inboxes, Func<Message, bool> isWanted, string? position,
        int limit, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (after, floor) = Parse(position);
        var from = after is null ? now - Message.MaxTime : TimeOf(after);
        var start = after is null ? RowKeys.AnyInboxMessage : after + " ";
        // On its first day a week may still get what was sent in the one before.
        List<Part> parts = [.. MessageTables.Buckets(from.AddDays(-1), now).SelectMany(bucket => inboxes.Select(one =>
            new Part(tables.For(bucket), RowKeys.Inbox(tenant, one), start, RowKeys.AnyInboxMessage + "~", limit + 1)))];
        var isOne = inboxes.Count == 1;
        var rows = await Read(parts, isOne ? null : ["PartitionKey", "RowKey"], cancel);
        var more = rows.Count > limit;
        var last = more ? rows[limit - 1].Row.RowKey : rows.Count > 0 ? rows[^1].Row.RowKey : after;
        var late = RowKeys.InboxMessage(now - Late, "");
        // Where the pages come into what may not be complete yet, the last of them leads back to.
        if (more && floor is null && string.CompareOrdinal(last, late) > 0) floor = late;
        var next = more ? floor is null ? last! : $"{last}~{floor}" : floor ?? late;
        var page = rows.Take(limit).ToList();
        if (!isOne) page = [.. await Read([.. Parts(page)], null, cancel)];
        return new([.. page.Select(one => MessageRow.Read(one.Row)).DistinctBy(message => message.Id)
            .Where(message => message.ExpiresAt > now && isWanted(message))], next, more);
    }

    // The rows of all of them by time, some at once.
    static async Task<IReadOnlyList<(Table Table, TableEntity Row)>> Read(
        IReadOnlyList<Part> parts, IReadOnlyList<string>? columns, CancellationToken cancel)
    {
        var read = new IReadOnlyList<TableEntity>[parts.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, parts.Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (n, stop) =>
            {
                var (table, partition, first, end, most) = parts[n];
                var rows = columns is null ? table.Range(partition, first, end, most, stop)
                    : table.Columns(partition, first, end, columns, stop, most);
                read[n] = await rows.Take(most).ToListAsync(stop);
            });
        return [.. read.SelectMany((rows, n) => rows.Select(row => (parts[n].Table, row)))
            .OrderBy(one => one.row.RowKey, StringComparer.Ordinal)];
    }

    // Where the rows of a page are: those of one inbox and week follow each other.
    static IEnumerable<Part> Parts(IEnumerable<(Table Table, TableEntity Row)> page) =>
        page.GroupBy(one => (one.Table, one.Row.PartitionKey), one => one.Row.RowKey)
            .Select(keys => new Part(keys.Key.Table, keys.Key.PartitionKey, keys.First(), keys.Last() + " ", keys.Count()));

    sealed record Part(Table Table, string Partition, string First, string End, int Most);

    /// <summary>
    /// Removes messages from an inbox for good. Those that are not there are passed over, and so are those that stay
    /// (<see cref="Message.Stays"/>).
    /// </summary>
    public async Task Acknowledge(string tenant, string user, IReadOnlyList<BucketId> ids, CancellationToken cancel)
    {
        var partition = RowKeys.Inbox(tenant, user);
        foreach (var bucket in ids.GroupBy(id => id.Bucket))
        {
            var table = tables.For(bucket.Key);
            var found = await Task.WhenAll(bucket.Distinct().Select(id => table.Find(partition, RowKeys.InboxId(id.ToString()), cancel)));
            List<TableTransactionAction> actions =
            [
                .. from row in found.OfType<TableEntity>()
                   where row.GetString("Key") is { Length: > 0 } && row.GetBoolean("Stays") is not true
                   from action in Acknowledged(row)
                   select action,
            ];
            foreach (var some in actions.Chunk(Table.MaxTransactionRows))
            {
                // Somebody else may be acknowledging the same: one by one, then.
                if (await table.TryTransact(some, cancel)) continue;
                foreach (var pair in some.Chunk(2)) await table.TryTransact(pair, cancel);
            }
        }
    }

    /// <summary>Deletes a user's inbox.</summary>
    public async Task RemoveAll(string tenant, string user, CancellationToken cancel)
    {
        var (partition, now) = (RowKeys.Inbox(tenant, user), clock.GetUtcNow());
        foreach (var bucket in MessageTables.Buckets(now - Message.MaxTime - TimeSpan.FromDays(7), now))
            await tables.For(bucket).Clear(partition, "", "~", cancel); // Another device may acknowledge some of them now.
    }

    static IEnumerable<TableTransactionAction> Acknowledged(TableEntity row)
    {
        yield return Table.Deletion(row.PartitionKey, row.GetString("Key"));
        yield return new(TableTransactionActionType.UpdateReplace, new TableEntity(row.PartitionKey, row.RowKey) { ["Key"] = "" },
            row.ETag);
    }

    static (string? After, string? Floor) Parse(string? position)
    {
        if (position is null) return (null, null);
        var parts = position.Split('~');
        return parts.Length <= 2 && parts.All(IsKey) ? (parts[0], parts.ElementAtOrDefault(1)) : throw Paging.InvalidCursor();
    }

    static bool IsKey(string text) => text.Split('|') is [var word, { Length: 19 } ticks, _] && $"{word}|" == RowKeys.AnyInboxMessage
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= DateTime.MaxValue.Ticks;

    DateTimeOffset TimeOf(string key)
    {
        var (time, first) = (new DateTimeOffset(long.Parse(key.Split('|')[1], CultureInfo.InvariantCulture), TimeSpan.Zero),
            clock.GetUtcNow() - Message.MaxTime);
        return time < first ? first : time;
    }
}
