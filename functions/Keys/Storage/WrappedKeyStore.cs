using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Keys;

/// <summary>Stores tenants' encrypted keys in a table (SCHEMA.md, table Keys).</summary>
sealed class WrappedKeyStore(StorageClients storage, KeySeal seal) : IKeyStore
{
    static readonly string[] RowColumns = ["PartitionKey", "RowKey", "Algorithm", "Number", "Kid", "Created", "SignsFrom"];

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Keys));

    public async Task<TenantKeys> Load(
        string tenant, IReadOnlyCollection<string> algorithms, IReadOnlyList<ManagedKey> known, CancellationToken cancel)
    {
        var stored = new List<SealedKey>();
        await foreach (var entity in table.Partition(tenant, cancel))
        {
            var row = Row(entity);
            if (!algorithms.Contains(row.Algorithm)) continue;
            stored.Add(new SealedKey(row, entity.GetString("WrapKeyId"), entity.GetBinary("WrappedKey"), entity.GetBinary("Sealed")));
        }
        return await seal.Decrypt(tenant, stored, known, cancel);
    }

    public Task Check(CancellationToken cancel) => seal.Check(cancel);

    public async Task<bool> TryAdd(string tenant, ManagedKey key, CancellationToken cancel)
    {
        var encrypted = await seal.Encrypt(tenant, key, cancel);
        return await table.TryAdd(new TableEntity(tenant, RowKeys.Key(key.Row.Algorithm, key.Row.Number))
        {
            ["Algorithm"] = key.Row.Algorithm,
            ["Number"] = key.Row.Number,
            ["Kid"] = key.Row.Kid,
            ["Created"] = key.Row.Created,
            ["SignsFrom"] = key.Row.SignsFrom,
            ["WrapKeyId"] = encrypted.WrapKeyId,
            ["WrappedKey"] = encrypted.WrappedKey,
            ["Sealed"] = encrypted.Sealed,
        }, cancel);
    }

    // A number is not used again while a newer key exists, so no ETag is needed.
    public Task Remove(string tenant, KeyRow row, CancellationToken cancel) =>
        table.TryDelete(tenant, RowKeys.Key(row.Algorithm, row.Number), cancel);

    // The rows of a tenant come one after the other, so that no more than a page is in memory.
    public async IAsyncEnumerable<TenantKeyRows> All([EnumeratorCancellation] CancellationToken cancel)
    {
        var (tenant, rows) = ("", new List<KeyRow>());
        await foreach (var entity in table.All(RowColumns, cancel))
        {
            if (entity.PartitionKey != tenant)
            {
                if (rows.Count > 0) yield return new(tenant, rows);
                (tenant, rows) = (entity.PartitionKey, []);
            }
            rows.Add(Row(entity));
        }
        if (rows.Count > 0) yield return new(tenant, rows);
    }

    static KeyRow Row(TableEntity entity) => new(
        entity.GetString("Algorithm"), entity.GetInt32("Number")!.Value, entity.GetString("Kid"),
        entity.GetDateTimeOffset("Created")!.Value, entity.GetDateTimeOffset("SignsFrom")!.Value);
}
