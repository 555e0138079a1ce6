using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace Latchkey.Storage;

/// <summary>More rows are to be written together than storage allows (<see cref="Table.MaxTransactionRows"/>). Nothing was
/// written.</summary>
public sealed class TransactionTooLargeException(int rows) : Exception($"A transaction of {rows} rows is too large.");

/// <summary>
/// One table, created on its first write. A conditional write that lost its race returns <c>false</c> and throws nothing. Every
/// other failure of storage is a <see cref="RequestFailedException"/>, which endpoints answer with 503.
/// </summary>
public sealed partial class Table(TableClient client)
{
    /// <summary>The most rows of an entity-group transaction, which is Azure's limit.</summary>
    public const int MaxTransactionRows = 100;

    // Azure refuses a larger $top ("Query timeout and pagination"); Azurite cuts it without a word.
    const int MaxPageSize = 1000;

    /// <summary>A row, or null if the row or the table does not exist.</summary>
    public Task<TableEntity?> Find(string partitionKey, string rowKey, CancellationToken cancel) =>
        Find(partitionKey, rowKey, null, cancel);

    /// <summary>The rows of one partition whose keys are in [from, to), in order; empty if the table does not exist.</summary>
    public async IAsyncEnumerable<TableEntity> Range(
        string partitionKey, string from, string to, int? pageSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partitionKey} and RowKey ge {from} and RowKey lt {to}");
        await foreach (var row in Query(filter, pageSize, cancel)) yield return row;
    }

    /// <summary>The rows that match a filter, by partition and row key; empty if the table does not exist.</summary>
    /// <param name="filter">
    /// An OData filter from <see cref="TableClient.CreateQueryFilter(FormattableString)"/>, which quotes its values.
    /// </param>
    /// <param name="pageSize">Rows per request; null, or more than the 1,000 that Azure allows, for 1,000.</param>
    /// <param name="cancel">Cancels.</param>
    public async IAsyncEnumerable<TableEntity> Query(
        string filter, int? pageSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in Query(filter, pageSize, null, cancel)) yield return row;
    }

    /// <summary>The row keys of one partition that are in [from, to), in order: a thousand a request, and nothing else is read.</summary>
    public async IAsyncEnumerable<string> Keys(
        string partitionKey, string from, string to, [EnumeratorCancellation] CancellationToken cancel)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partitionKey} and RowKey ge {from} and RowKey lt {to}");
        await foreach (var row in Query(filter, null, ["RowKey"], cancel)) yield return row.RowKey;
    }

    /// <summary>These columns of the rows of one partition whose keys are in [from, to), in order: a thousand a request.</summary>
    public IAsyncEnumerable<TableEntity> Columns(
        string partition, string from, string to, IEnumerable<string> columns, CancellationToken cancel, int? pageSize = null) => Query(
        TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {from} and RowKey lt {to}"), pageSize, columns, cancel);

    /// <summary>These columns of every row, in order. It is for timers and small tables.</summary>
    public IAsyncEnumerable<TableEntity> All(IEnumerable<string> columns, CancellationToken cancel) =>
        Query(null, null, columns, cancel);

    /// <summary>All rows of one partition, in order. Our own keys all sort before <c>~</c>.</summary>
    public IAsyncEnumerable<TableEntity> Partition(string partitionKey, CancellationToken cancel) =>
        Range(partitionKey, "", "~", null, cancel);

    /// <summary>All rows of all partitions that match an OData filter. The service reads the whole table.</summary>
    public IAsyncEnumerable<TableEntity> Scan(FormattableString filter, CancellationToken cancel) =>
        Query(TableClient.CreateQueryFilter(filter), null, null, cancel);

    /// <summary>
    /// A page of the rows that match an OData filter, and the continuation of the next page or null; empty if the table does
    /// not exist.
    /// </summary>
    public Task<(IReadOnlyList<TableEntity> Rows, string? Next)> Page(
        FormattableString filter, string? continuation, int size, CancellationToken cancel) =>
        Page(TableClient.CreateQueryFilter(filter), continuation, size, null, cancel);

    /// <summary>Inserts the row; false if it exists already.</summary>
    public Task<bool> TryAdd(TableEntity row, CancellationToken cancel) =>
        TryWrite(() => client.AddEntityAsync(row, cancel));

    /// <summary>
    /// Inserts or replaces the row. For a fresh random key this is better than an insert, because a retry after a lost answer
    /// finds its own row and succeeds.
    /// </summary>
    public Task Put(TableEntity row, CancellationToken cancel) =>
        CreateTableAndRetry(() => client.UpsertEntityAsync(row, TableUpdateMode.Replace, cancel));

    /// <summary>Replaces the row if it still has this ETag; false if it was changed or deleted.</summary>
    public Task<bool> TryReplace(TableEntity row, CancellationToken cancel) =>
        TryWrite(() => client.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancel));

    /// <summary>Sets these columns and keeps the others; false if the row was deleted.</summary>
    public Task<bool> TryMerge(TableEntity columns, CancellationToken cancel) =>
        TryWrite(() => client.UpdateEntityAsync(columns, ETag.All, TableUpdateMode.Merge, cancel));

    /// <summary>Deletes the row if it still has this ETag; false if it was changed or deleted.</summary>
    public async Task<bool> TryDelete(TableEntity row, CancellationToken cancel)
    {
        // For a missing row the SDK returns a 404 and does not throw.
        var there = true;
        return await TryWrite(async () =>
        {
            var answer = await client.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancel);
            there = answer.Status != 404;
            return answer;
        }) && there;
    }

    /// <summary>Deletes the row unconditionally; false if it was deleted already.</summary>
    public Task<bool> TryDelete(string partitionKey, string rowKey, CancellationToken cancel) =>
        TryDelete(new TableEntity(partitionKey, rowKey) { ETag = ETag.All }, cancel);

    async IAsyncEnumerable<TableEntity> Query(
        string? filter, int? pageSize, IEnumerable<string>? columns, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? next = null;
        do
        {
            (var rows, next) = await Page(filter, next, pageSize, columns, cancel);
            foreach (var row in rows) yield return row;
        }
        while (next is not null);
    }

    async Task<(IReadOnlyList<TableEntity> Rows, string? Next)> Page(
        string? filter, string? continuation, int? size, IEnumerable<string>? columns, CancellationToken cancel)
    {
        var read = RowReader.Collect(isPage: true);
        var pages = client.QueryAsync<TableEntity>(filter, size > MaxPageSize ? null : size, columns, cancel).AsPages(continuation);
        try
        {
            await foreach (var page in pages) return (read.All, page.ContinuationToken);
        }
        catch (RequestFailedException missing) when (IsTableMissing(missing))
        {
            // Nothing was ever written to it.
        }
        return ([], null);
    }

    async Task<bool> TryWrite<T>(Func<Task<T>> write)
    {
        try
        {
            await CreateTableAndRetry(write);
            return true;
        }
        catch (RequestFailedException lost) when (lost.Status is 409 or 412 || IsRowMissing(lost))
        {
            return false;
        }
    }

    async Task CreateTableAndRetry<T>(Func<Task<T>> write)
    {
        try
        {
            await write();
        }
        catch (RequestFailedException missing) when (IsTableMissing(missing))
        {
            await client.CreateIfNotExistsAsync();
            await write();
        }
    }

    static bool IsTableMissing(RequestFailedException failed) => failed.Status == 404 && failed.ErrorCode == "TableNotFound";

    static bool IsRowMissing(RequestFailedException failed) => failed.Status == 404 && !IsTableMissing(failed);
}
