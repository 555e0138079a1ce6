using System.IO.Compression;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// A row of the index of a space (SCHEMA.md, table Files, <c>find|…</c>): the entries whose keys are in an interval. The rows of a space
/// are in the order of their entries. Each is named by the end of its interval, so the row of a key is the first one from the key on.
/// </summary>
/// <param name="From">Behind which key it begins; empty for the first.</param>
/// <param name="To">The last key that it may have; <see cref="Last"/> for the last row.</param>
/// <param name="Packed">The entries, in order, compressed.</param>
sealed record SearchLeaf(string From, string To, byte[] Packed)
{
    /// <summary>How many bytes of entries a row has before it is divided, not compressed: some 200 files.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>Behind every key.</summary>
    public const string Last = "z";

    const string EntriesColumn = "Entries";
    const string FromColumn = "From";

    /// <summary>The columns that a search reads.</summary>
    public static readonly string[] Columns = ["RowKey", EntriesColumn];

    /// <summary>The row of an index without any.</summary>
    public static readonly SearchLeaf Empty = new("", Last, Pack([]));

    /// <summary>True if an entry with this key is in no other row.</summary>
    public bool Covers(string key) => string.CompareOrdinal(From, key) < 0 && string.CompareOrdinal(key, To) <= 0;

    /// <summary>The entries in order.</summary>
    public List<SearchEntry> Entries() => [.. Unpack(Packed)];

    /// <summary>Reads the row.</summary>
    public static SearchLeaf Read(TableEntity row) =>
        new(row.GetString(FromColumn), RowKeys.SearchPlaceOf(row.RowKey), row.GetBinary(EntriesColumn));

    /// <summary>The entries of a row that was read with <see cref="Columns"/>.</summary>
    public static IEnumerable<SearchEntry> EntriesOf(TableEntity row) => Unpack(row.GetBinary(EntriesColumn));

    /// <summary>The rows that hold these entries in the place of this one: one, or more if they are too many for it.</summary>
    /// <param name="entries">The entries in order.</param>
    /// <param name="added">Which of them is new; -1 for none.</param>
    public IEnumerable<SearchLeaf> With(List<SearchEntry> entries, int added)
    {
        // Before its beginning, where an empty row was deleted.
        if (entries.Count > 0 && string.CompareOrdinal(entries[0].Key, From) <= 0)
            return (this with { From = entries[0].Key[..^1] }).With(entries, added);
        var written = Write(entries);
        if (entries.Count < 2 || written.Length <= MaxBytes) return [this with { Packed = Pack(written) }];
        // Whoever uploads in the order of time, in either direction, leaves full rows behind.
        var cut = added == 0 ? 1 : added == entries.Count - 1 ? added : entries.Count / 2;
        var (first, rest) = (entries[..cut], entries[cut..]);
        var middle = first[^1].Key;
        return [.. (this with { To = middle }).With(first, -1), .. (this with { From = middle }).With(rest, -1)];
    }

    /// <summary>
    /// The write of the row. Without entries it is deleted, but not at the ends: the last row shows that there is an index, and the first
    /// that nothing is before it.
    /// </summary>
    public TableTransactionAction Write(string partition)
    {
        var row = new TableEntity(partition, RowKeys.Search(To));
        if (From.Length > 0 && To != Last && Entries().Count == 0) return new(TableTransactionActionType.Delete, row, ETag.All);
        (row[FromColumn], row[EntriesColumn]) = (From, Packed);
        return new(TableTransactionActionType.UpsertReplace, row);
    }

    static byte[] Pack(byte[] written)
    {
        using var packed = new MemoryStream();
        using (var packing = new DeflateStream(packed, CompressionLevel.Optimal)) packing.Write(written);
        return packed.ToArray();
    }

    static byte[] Write(List<SearchEntry> entries)
    {
        using var written = new MemoryStream();
        using var writer = new BinaryWriter(written);
        foreach (var entry in entries) entry.Write(writer);
        writer.Flush();
        return written.ToArray();
    }

    static IEnumerable<SearchEntry> Unpack(byte[] packed)
    {
        using var written = new MemoryStream(2 * MaxBytes);
        using (var unpacking = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress)) unpacking.CopyTo(written);
        written.Position = 0;
        using var reader = new BinaryReader(written);
        while (written.Position < written.Length) yield return SearchEntry.Read(reader);
    }
}
