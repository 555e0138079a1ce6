using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>What a change of a file writes into the index of its space.</summary>
/// <param name="Rows">The writes.</param>
/// <param name="Leaf">The row that the process keeps for the next change; null for none.</param>
sealed record SearchWrite(IReadOnlyList<TableTransactionAction> Rows, SearchLeaf? Leaf);

/// <summary>
/// Writes the index of a space. Its rows are written only together with the space's usage, so what was read after the usage is still so
/// when the transaction holds, and the row that was written last needs not be read again (<see cref="KeptLeaves"/>).
/// </summary>
static class SearchIndex
{
    // Another one if entries are written in another way: then the integrity check writes all of them again.
    const string Version = "2";

    /// <summary>How the record of a file says that it is in all indexes (<see cref="FileRecord.Indexed"/>).</summary>
    public static string? MarkOf(Usage usage) => usage.Incarnation is { } incarnation ? Version + incarnation : null;

    /// <summary>Says so in the file's row.</summary>
    public static void Mark(IReadOnlyList<TableTransactionAction> rows, string fileId, Usage usage)
    {
        foreach (var row in rows)
            if (row.Entity is TableEntity entity
                && entity.RowKey == RowKeys.File(fileId)) entity[nameof(FileRecord.Indexed)] = MarkOf(usage);
    }

    /// <summary>The writes that make these changes, of different files.</summary>
    public static async Task<SearchWrite> Write(
        Table table, string partition, SearchLeaf? kept, IReadOnlyList<SearchChange> changes, CancellationToken cancel)
    {
        if (changes.Count == 0) return new([], kept);
        var keys = changes.SelectMany(change => new[] { change.Gone?.Key, change.New?.Key }).OfType<string>()
            .Distinct(StringComparer.Ordinal).ToList();
        var added = changes.Select(change => change.New).OfType<SearchEntry>().ToList();
        var found = await Task.WhenAll(keys.Select(key => Find(table, partition, kept, key, cancel)));
        // Not by the leaf's interval: a key may be before its beginning, where an empty leaf was deleted.
        var placeOf = keys.Zip(found, (key, leaf) => (key, leaf.To))
            .ToDictionary(pair => pair.key, pair => pair.To, StringComparer.Ordinal);
        var written = found.DistinctBy(leaf => leaf.To)
            .SelectMany(leaf => Apply(leaf, [.. added.Where(entry => placeOf[entry.Key] == leaf.To)], keys)).ToList();
        return new([.. written.Except(found).Select(leaf => leaf.Write(partition))], written.FirstOrDefault(leaf => leaf.Covers(keys[^1])));
    }

    // The leaf itself, if nothing changes.
    static IReadOnlyList<SearchLeaf> Apply(SearchLeaf leaf, IReadOnlyList<SearchEntry> added, IReadOnlyList<string> keys)
    {
        var before = leaf.Entries();
        var stay = before.Select(entry => (entry.Key, Entry: entry)).Where(entry => !keys.Contains(entry.Key));
        List<SearchEntry> entries = [.. stay.Concat(added.Select(entry => (entry.Key, Entry: entry)))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Entry)];
        return entries.SequenceEqual(before) ? [leaf] : [.. leaf.With(entries, added.Count == 1 ? entries.IndexOf(added[0]) : -1)];
    }

    static async Task<SearchLeaf> Find(Table table, string partition, SearchLeaf? kept, string key, CancellationToken cancel)
    {
        if (kept?.Covers(key) is true) return kept;
        var rows = table.Range(partition, RowKeys.Search(key), RowKeys.AnySearch + "~", 1, cancel);
        return await rows.FirstOrDefaultAsync(cancel) is { } row ? SearchLeaf.Read(row) : SearchLeaf.Empty;
    }
}
