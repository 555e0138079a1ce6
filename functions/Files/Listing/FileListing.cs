using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Reads pages of files. Two orders are those of row keys, so that a page costs one query however large the folder is:
/// by name, and the newest first. All others are sorted here, in folders of no more than <see cref="MaxSorted"/> files.
/// </summary>
public sealed class FileListing(StorageClients storage)
{
    /// <summary>The most files that are sorted in memory.</summary>
    public const int MaxSorted = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Files whose row keys start so, in the order of the keys, and where to go on if there are more.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="owner">Whose files.</param>
    /// <param name="start">What the keys start with.</param>
    /// <param name="after">The key to go on after, or null.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="prefix">What the names begin with, without regard to case.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<(IReadOnlyList<FileRecord> Files, string? Next)> ByKey(
        string tenant, Owner owner, string start, string? after, int limit, string prefix, CancellationToken cancel)
    {
        // No key is longer than another by a suffix, so nothing lies between a key and the same key with a 0 behind it;
        // `~` sorts after everything that a key is made of.
        var from = after is not null && string.CompareOrdinal(after, start) > 0 ? after + "0" : start;
        var files = new List<FileRecord>();
        string? last = null;
        var rows = table.Range(RowKeys.Space(tenant, owner.SpaceKey(tenant)), from, start + "~", limit + 1, cancel);
        await foreach (var row in rows)
        {
            var file = FileRows.Read(tenant, row);
            if (file.Owner != owner || !FileName.StartsWith(file.Name, prefix)) continue;
            if (files.Count == limit) return (files, last);
            files.Add(file);
            last = row.RowKey;
        }
        return (files, null);
    }

    /// <summary>The same in an order that no keys have; <paramref name="after"/> is a place in it.</summary>
    /// <exception cref="Problem">400 <c>folder_too_large</c>.</exception>
    public async Task<(IReadOnlyList<FileRecord> Files, string? Next)> InMemory(
        string tenant, Owner owner, string start, FileSort sort, string? after, int limit, string prefix, CancellationToken cancel)
    {
        var (all, more) = await ByKey(tenant, owner, start, null, MaxSorted, prefix, cancel);
        if (more is not null)
        {
            throw Problem.BadRequest("folder_too_large",
                $"Only up to {MaxSorted} files can be sorted like this; sort by name or -created, or narrow it down with prefix.");
        }
        var order = Comparer<string>.Create((one, other) => (sort.Descending ? -1 : 1) * string.CompareOrdinal(one, other));
        var rest = all.Select(file => (Place: sort.PositionOf(file), File: file)).OrderBy(item => item.Place, order)
            .SkipWhile(item => after is not null && order.Compare(item.Place, after) <= 0).Take(limit + 1).ToList();
        var page = rest.Take(limit).ToList();
        return ([.. page.Select(item => item.File)], rest.Count > limit ? page[^1].Place : null);
    }
}
