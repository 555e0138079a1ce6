using Azure;
using Azure.Data.Tables;

namespace Latchkey.Storage;

// Many rows at once, and parts of rows.
public sealed partial class Table
{
    /// <summary>
    /// Deletes the rows of one partition whose keys are in [from, to), a hundred in a transaction, and reads nothing of them but their
    /// keys. Repeating it does the rest.
    /// </summary>
    public async Task Clear(string partitionKey, string from, string to, CancellationToken cancel)
    {
        await foreach (var keys in Keys(partitionKey, from, to, cancel).Chunk(MaxTransactionRows).WithCancellation(cancel))
            await Delete(partitionKey, keys, cancel);
    }

    /// <summary>Deletes up to <see cref="MaxTransactionRows"/> rows of one partition; those that are gone already do no harm.</summary>
    public async Task Delete(string partitionKey, IReadOnlyList<string> rowKeys, CancellationToken cancel)
    {
        if (rowKeys.Count > 1 && await TryTransact([.. rowKeys.Select(key => Deletion(partitionKey, key))], cancel)) return;
        foreach (var key in rowKeys) await TryDelete(partitionKey, key, cancel); // Somebody else deletes them as well.
    }

    /// <summary>These columns (null: all) of a row, or null if the row or the table does not exist.</summary>
    public async Task<TableEntity?> Find(string partitionKey, string rowKey, IEnumerable<string>? columns, CancellationToken cancel)
    {
        var read = RowReader.Collect(isPage: false);
        var found = await client.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, columns, cancel);
        return found.HasValue ? read.All[0] : null;
    }

    /// <summary>These columns (null: all) of the rows of all partitions that match an OData filter.</summary>
    public IAsyncEnumerable<TableEntity> Scan(FormattableString filter, IEnumerable<string>? columns, CancellationToken cancel) =>
        Query(TableClient.CreateQueryFilter(filter), null, columns, cancel);

    /// <summary>The deletion of a row, whatever is in it, as part of a transaction.</summary>
    public static TableTransactionAction Deletion(string partitionKey, string rowKey) =>
        new(TableTransactionActionType.Delete, new TableEntity(partitionKey, rowKey), ETag.All);
}
