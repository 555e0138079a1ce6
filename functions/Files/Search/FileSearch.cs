using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Finds files in the index of a space, newest first or in another order (<see cref="SearchSort"/>). A page reads one range of rows, at
/// most <see cref="MaxRows"/>, and the records of what it found, which decide: what does not fit any more is left out.
/// </summary>
public sealed class FileSearch(StorageClients storage, FileStore files)
{
    /// <summary>How many rows of the index a page reads at most, of some 200 files each.</summary>
    public const int MaxRows = 256;

    const int ReadsAtOnce = 16; // All in one partition, which others need too.

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>A page. It may hold fewer files than the limit although there are more.</summary>
    /// <exception cref="Problem">400 <c>search_too_large</c>: too many files could fit to be sorted in another order.</exception>
    internal async Task<FilePage> Page(
        string tenant, Owner owner, SearchQuery query, (string? After, int Limit) page, CancellationToken cancel)
    {
        var (space, sort) = (owner.SpaceKey(tenant), query.Sort);
        var partition = RowKeys.Space(tenant, space);
        var (found, next) = sort.IsOfIndex ? await Find(partition, query, page.After ?? "", page.Limit, cancel)
            : await FindSorted(partition, query, page.After, page.Limit, cancel);
        var records = new FileRecord?[found.Count];
        var work = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancel };
        await Parallel.ForAsync(0, found.Count, work, async (n, stop) =>
            records[n] = await files.Find(tenant, space + found[n].Id, stop) is { Status: FileStatus.Available } file
                && file.Owner == owner && Fits(SearchEntry.Of(file), found[n]) ? file : null);
        return new([.. records.OfType<FileRecord>()], next);

        // At another place, or position, it is found there.
        bool Fits(SearchEntry now, SearchEntry then) => sort.PositionOf(now) == sort.PositionOf(then) && query.Fits(now);
    }

    async Task<(List<SearchEntry> Found, string? Next)> Find(
        string partition, SearchQuery query, string after, int limit, CancellationToken cancel)
    {
        var found = new List<SearchEntry>();
        var from = RowKeys.Search(string.CompareOrdinal(after, query.Start) > 0 ? after : query.Start);
        var read = 0;
        await foreach (var row in table.Columns(partition, from, RowKeys.AnySearch + "~", SearchLeaf.Columns, cancel, MaxRows))
        {
            foreach (var entry in SearchLeaf.EntriesOf(row).SkipWhile(entry => string.CompareOrdinal(entry.Key, after) <= 0))
            {
                if (query.IsPast(entry)) return (found, null);
                if (!query.Fits(entry)) continue;
                if (found.Count == limit) return (found, found[^1].Key);
                found.Add(entry);
            }
            var place = RowKeys.SearchPlaceOf(row.RowKey);
            if (++read == MaxRows && place != SearchLeaf.Last) return (found, place);
        }
        return (found, null);
    }

    // Reads all rows that can hold what fits, and keeps the first ones behind the last page.
    async Task<(List<SearchEntry> Found, string? Next)> FindSorted(
        string partition, SearchQuery query, string? after, int limit, CancellationToken cancel)
    {
        var order = Comparer<string>.Create(query.Sort.Compare);
        var first = new PriorityQueue<SearchEntry, string>(Comparer<string>.Create((one, other) => query.Sort.Compare(other, one)));
        var (read, isPast) = (0, false);
        await foreach (var row in table.Columns(
            partition, RowKeys.Search(query.Start), RowKeys.AnySearch + "~", SearchLeaf.Columns, cancel, MaxRows))
        {
            foreach (var entry in SearchLeaf.EntriesOf(row))
            {
                isPast = query.IsPast(entry);
                if (isPast) break;
                if (!query.Fits(entry)) continue;
                var position = query.Sort.PositionOf(entry);
                if (after is not null && order.Compare(position, after) <= 0) continue;
                first.Enqueue(entry, position);
                if (first.Count > limit + 1) first.Dequeue();
            }
            if (isPast) break;
            if (++read == MaxRows && RowKeys.SearchPlaceOf(row.RowKey) != SearchLeaf.Last) throw TooLarge();
        }
        var found = first.UnorderedItems.OrderBy(item => item.Priority, order).Select(item => item.Element).ToList();
        if (found.Count <= limit) return (found, null);
        found.RemoveAt(limit);
        return (found, query.Sort.PositionOf(found[^1]));
    }

    static Problem TooLarge() => Problem.BadRequest("search_too_large",
        "Too many files could fit to be sorted this way. Sort by -time, or narrow the search by from and to, without time.");
}
