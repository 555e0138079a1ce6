using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>What a change of a file writes into the index of its space.</summary>
/// <param name="Rows">The writes.</param>
/// <param name="Leaf">The row that the process keeps for the next change; null for none.</param>
sealed record SearchWrite(IReadOnlyList<TableTransactionAction> Rows, SearchLeaf? Leaf);

/// <summary>
/// Writes the index of a space. Its rows are written only together with the space's usage, so what was read after the usage is still so
/// when the transaction holds, and the row that was written last needs not be read again (<see cref="Usage.Leaf"/>).
/// </summary>
static class SearchIndex
{
    // Another one if entries are written in another way: then the integrity check writes all of them again.
    const string Version = "1";

    /// <summary>How the record of a file says that it is in all indexes (<see cref="FileRecord.Indexed"/>).</summary>
    public static string? MarkOf(Usage usage) => usage.Incarnation is { } incarnation ? Version + incarnation : null;

    /// <summary>Says so in the file's row.</summary>
    public static void Mark(IReadOnlyList<TableTransactionAction> rows, string fileId, Usage usage)
    {
        foreach (var row in rows)
            if (row.Entity is TableEntity entity
                && entity.RowKey == RowKeys.File(fileId)) entity[nameof(FileRecord.Indexed)] = MarkOf(usage);
    }

    /// <summary>The writes that make a change.</summary>
    public static async Task<SearchWrite> Write(
        Table table, string partition, SearchLeaf? kept, SearchChange? change, CancellationToken cancel)
    {
        if (change is null) return new([], kept);
        var keys = change.Gone.Concat(change.New).Select(entry => entry.Key).Distinct().ToList();
        var found = await Task.WhenAll(keys.Select(key => Find(table, partition, kept, key, cancel)));
        var leafOf = keys.Zip(found).ToDictionary(one => one.First, one => one.Second.To, StringComparer.Ordinal);
        var rows = new List<TableTransactionAction>();
        foreach (var leaf in found.DistinctBy(leaf => leaf.To))
        {
            var written = Apply(leaf, keys, [.. change.New.Where(entry => leafOf[entry.Key] == leaf.To)]);
            rows.AddRange(written.Where(one => one != leaf).Select(one => one.Write(partition)));
            if (leaf.To == found[^1].To) kept = written.FirstOrDefault(one => one.Covers(keys[^1]));
        }
        return new(rows, kept);
    }

    // The leaf itself, if nothing changes.
    static IReadOnlyList<SearchLeaf> Apply(SearchLeaf leaf, IReadOnlyList<string> gone, IReadOnlyList<SearchEntry> added)
    {
        var before = leaf.Entries();
        var entries = before.Where(entry => !gone.Contains(entry.Key)).Concat(added).OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToList();
        return entries.SequenceEqual(before) ? [leaf] : [.. leaf.With(entries, added is [var one] ? entries.IndexOf(one) : -1)];
    }

    static async Task<SearchLeaf> Find(Table table, string partition, SearchLeaf? kept, string key, CancellationToken cancel)
    {
        if (kept?.Covers(key) is true) return kept;
        var rows = table.Range(partition, RowKeys.Search(key), RowKeys.AnySearch + "~", 1, cancel);
        return await rows.FirstOrDefaultAsync(cancel) is { } row ? SearchLeaf.Read(row) : SearchLeaf.Empty;
    }
}
