using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Looks up which files a space has, many at once: one point read and one range of at most 256 rows.</summary>
public sealed class KnownFiles(StorageClients storage, SpaceQuota spaceQuota)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>For each key (<see cref="KnownFile"/>) the id of a file that has it, or null; no file has null as its key.</summary>
    public async Task<IReadOnlyList<string?>> Find(string tenant, string space, IReadOnlyList<string?> keys, CancellationToken cancel)
    {
        if (keys.All(key => key is null)) return keys;
        var names = keys.OfType<string>().Select(KnownRows.RowOf).Order(StringComparer.Ordinal).ToList();
        var reading = Rows(RowKeys.Space(tenant, space), names[0], names[^1], cancel);
        var usage = await spaceQuota.Read(tenant, space, cancel);
        var rows = await reading;
        if (usage.Incarnation is not { } incarnation) return new string?[keys.Count];
        var entries = rows.ToDictionary(row => row.Key, row => KnownRows.Entries(row.Value, incarnation), StringComparer.Ordinal);
        return [.. keys.Select(key => key is not null
            && entries.GetValueOrDefault(RowKeys.Known(KnownRows.RowOf(key))) is { } row
            && KnownRows.Find(row, key) is { } id ? space + id : null)];
    }

    async Task<Dictionary<string, TableEntity>> Rows(string partition, string first, string last, CancellationToken cancel)
    {
        var rows = new Dictionary<string, TableEntity>(StringComparer.Ordinal);
        await foreach (var row in table.Range(partition, RowKeys.Known(first), RowKeys.Known(last) + "~", null, cancel))
            rows.Add(row.RowKey, row);
        return rows;
    }
}
