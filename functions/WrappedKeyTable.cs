using Azure.Data.Tables;
using Latchkey.Keys;
using Latchkey.Storage;

namespace Latchkey;

/// <summary>
/// Where a tenant's symmetric keys are stored, wrapped (SCHEMA.md, table Keys). It stands at the root because it is the
/// one thing that knows both rooms, Keys and Storage.
/// </summary>
public sealed class WrappedKeyTable(StorageClients storage)
{
    readonly Table table = new(storage.Tables.GetTableClient("Keys"));

    /// <summary>A tenant's stored keys.</summary>
    public async Task<IReadOnlyList<WrappedKey>> Load(string tenant, CancellationToken cancel)
    {
        var keys = new List<WrappedKey>();
        await foreach (var row in table.Partition(tenant, cancel))
        {
            keys.Add(new WrappedKey(row.GetString("Id"), row.GetString("WrapKeyId"), row.GetBinary("Wrapped"),
                row.GetDateTimeOffset("Created")!.Value));
        }
        return keys;
    }

    /// <summary>Stores a key; false if one with its id is there.</summary>
    public Task<bool> TryAdd(string tenant, WrappedKey key, CancellationToken cancel) =>
        table.TryAdd(new TableEntity(tenant, RowKeys.MacKey(key.Id))
        {
            ["Id"] = key.Id,
            ["WrapKeyId"] = key.WrapKeyId,
            ["Wrapped"] = key.Wrapped,
            ["Created"] = key.Created,
        }, cancel);
}
