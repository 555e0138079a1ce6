using System.Text;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// The rows by which a space knows its files (SCHEMA.md, table Files, <c>known|…</c>): 256 of them, by the first byte of the key,
/// each with packed entries of a key and the second half of a file's id. They are written only together with the space's usage, so
/// what was read after the usage is still so when the transaction holds.
/// </summary>
static class KnownRows
{
    const int KeyBytes = 16;
    const int EntryBytes = KeyBytes + 16;
    const int ColumnBytes = 64 << 10; // Azure's limit of a property.

    static readonly string[] EntryColumns = ["Entries", "Entries2"];

    /// <summary>How many entries a row holds. What does not fit is not known.</summary>
    public const int MaxEntries = 2 * ColumnBytes / EntryBytes;

    /// <summary>The name of a key's row: its first byte in hex.</summary>
    public static string RowOf(string key) => key[..2];

    /// <summary>The writes that make a change.</summary>
    public static async Task<IReadOnlyList<TableTransactionAction>> Write(
        Table table, string partition, string incarnation, KnownChange? change, CancellationToken cancel)
    {
        if (change is null) return [];
        var names = change.Gone.Concat(change.New).Select(RowOf).Distinct().ToList();
        var rows = await Task.WhenAll(names.Select(name => table.Find(partition, RowKeys.Known(name), cancel)));
        return [.. names.Zip(rows).Select(found => Write(partition, found.First, incarnation, found.Second, change)).OfType<
            TableTransactionAction>()];
    }

    static TableTransactionAction? Write(string partition, string name, string incarnation, TableEntity? row, KnownChange change)
    {
        var before = row is null ? [] : Entries(row, incarnation);
        var entries = new List<byte[]>(before.Chunk(EntryBytes));
        foreach (var entry in EntriesOf(change.Gone)) entries.RemoveAll(other => other.AsSpan().SequenceEqual(entry));
        entries.AddRange(EntriesOf(change.New).Take(MaxEntries - entries.Count));
        var (key, bytes) = (RowKeys.Known(name), entries.SelectMany(entry => entry).ToArray());
        if (bytes.AsSpan().SequenceEqual(before)) return null;
        if (bytes.Length == 0) return new(TableTransactionActionType.Delete, new TableEntity(partition, key), ETag.All);
        var after = new TableEntity(partition, key) { ["Incarnation"] = incarnation };
        foreach (var (column, part) in EntryColumns.Zip(bytes.Chunk(ColumnBytes))) after[column] = part;
        return new(TableTransactionActionType.UpsertReplace, after);

        IEnumerable<byte[]> EntriesOf(IReadOnlyList<string> keys) => keys.Where(one => RowOf(one) == name)
            .Select(one => (byte[])[.. Convert.FromHexString(one), .. Encoding.ASCII.GetBytes(change.FileId[16..])]);
    }

    /// <summary>The second half of the id of a file that is known by this key, or null.</summary>
    public static string? Find(byte[] entries, string key)
    {
        var wanted = Convert.FromHexString(key);
        for (var at = 0; at < entries.Length; at += EntryBytes)
        {
            if (entries.AsSpan(at, KeyBytes).SequenceEqual(wanted))
                return Encoding.ASCII.GetString(entries, at + KeyBytes, EntryBytes - KeyBytes);
        }
        return null;
    }

    /// <summary>The entries of a row as keys and the second halves of ids.</summary>
    public static IEnumerable<(string Key, string Id)> All(TableEntity row) => Entries(row, row.GetString("Incarnation")).Chunk(EntryBytes)
        .Select(entry => (Convert.ToHexStringLower(entry[..KeyBytes]), Encoding.ASCII.GetString(entry[KeyBytes..])));

    /// <summary>
    /// The packed entries of a row. What was written in another incarnation counts no more: files may have gone since without a word.
    /// </summary>
    public static byte[] Entries(TableEntity row, string incarnation) => row.GetString("Incarnation") != incarnation ? []
        : [.. row.GetBinary(EntryColumns[0]) ?? [], .. row.GetBinary(EntryColumns[1]) ?? []];
}
