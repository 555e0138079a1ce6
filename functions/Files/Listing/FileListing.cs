using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Reads pages of files. Row keys give two orders: by name, and newest first. In these a page costs one query, however
/// large the folder is. All other orders are sorted in memory, for folders of at most <see cref="MaxSorted"/> files.
/// </summary>
public sealed class FileListing(StorageClients storage)
{
    /// <summary>How many files are sorted in memory at most.</summary>
    public const int MaxSorted = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>A page in the order of the row keys.</summary>
    public Task<FilePage> ByKey(FileQuery query, CancellationToken cancel) => Search(query, _ => true, int.MaxValue, cancel);

    /// <summary>
    /// A page of those that fit, in the order of the row keys. It looks at a number of files at most, so it may hold fewer than the limit
    /// although there are more.
    /// </summary>
    public async Task<FilePage> Search(FileQuery query, Func<FileRecord, bool> fits, int most, CancellationToken cancel)
    {
        // No key is a prefix of another, so appending a 0 gives the place right behind a key. `~` sorts after every
        // character of a key.
        var isInRange = query.After is not null && string.CompareOrdinal(query.After, query.KeyPrefix) > 0;
        var from = isInRange ? query.After + "0" : query.KeyPrefix;
        var (files, read) = (new List<FileRecord>(), 0);
        string? last = null;
        var atOnce = most == int.MaxValue ? query.Limit + 1 : most;
        await foreach (var row in table.Range(query.Partition, from, query.KeyPrefix + "~", atOnce, cancel))
        {
            var file = FileRows.Read(query.Tenant, row);
            var isOne = file.Owner == query.Owner && FileName.StartsWith(file.Name, query.NamePrefix) && fits(file);
            if (isOne && files.Count == query.Limit) return new(files, last);
            if (isOne) files.Add(file);
            if (isOne || most != int.MaxValue) last = row.RowKey;
            if (++read == most) return new(files, last);
        }
        return new(files, null);
    }

    /// <summary>A page in an order that the row keys don't have.</summary>
    /// <exception cref="Problem">400 <c>folder_too_large</c>.</exception>
    public async Task<FilePage> Sorted(FileQuery query, FileSort sort, CancellationToken cancel)
    {
        var all = await ByKey(query with { After = null, Limit = MaxSorted }, cancel);
        if (all.Next is not null)
        {
            throw Problem.BadRequest("folder_too_large",
                $"At most {MaxSorted} files can be sorted this way. Sort by name, -created or -taken, or narrow the list with prefix.");
        }
        var order = Comparer<string>.Create((one, other) => (sort.Descending ? -1 : 1) * string.CompareOrdinal(one, other));
        var rest = all.Files.Where(sort.Includes)
            .Select(file => (Position: sort.PositionOf(file), File: file))
            .OrderBy(item => item.Position, order)
            .SkipWhile(item => query.After is not null && order.Compare(item.Position, query.After) <= 0)
            .Take(query.Limit + 1)
            .ToList();
        var page = rest.Take(query.Limit).ToList();
        return new([.. page.Select(item => item.File)], rest.Count > query.Limit ? page[^1].Position : null);
    }
}
