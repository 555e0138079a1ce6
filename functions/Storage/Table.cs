using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace Latchkey.Storage;

/// <summary>
/// One table, made when first written to. A lost race is <c>false</c>, never an exception; every other failure of
/// storage is a <see cref="RequestFailedException"/>, which the endpoint answers with 503.
/// </summary>
public sealed class Table(TableClient client)
{
    /// <summary>A row, or null if it (or the whole table) is not there.</summary>
    public async Task<TableEntity?> Find(string partitionKey, string rowKey, CancellationToken cancel)
    {
        var found = await client.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancel);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>The rows of one partition whose keys are in [from, to), in order; empty if the table is not there.</summary>
    public async IAsyncEnumerable<TableEntity> Range(
        string partitionKey, string from, string to, int? pageSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partitionKey} and RowKey ge {from} and RowKey lt {to}");
        await foreach (var row in Query(filter, pageSize, cancel)) yield return row;
    }

    /// <summary>The rows that fit a filter, by partition and row key; empty if the table is not there.</summary>
    /// <param name="filter">OData, made by <see cref="TableClient.CreateQueryFilter(FormattableString)"/> so that values are quoted.</param>
    /// <param name="pageSize">How many to ask for at once, or null for as many as there are, 1,000 at most.</param>
    /// <param name="cancel">Gives up.</param>
    public async IAsyncEnumerable<TableEntity> Query(
        string filter, int? pageSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in Query(filter, pageSize, null, cancel)) yield return row;
    }

    /// <summary>These columns of every row, in order: for timers and small tables.</summary>
    public IAsyncEnumerable<TableEntity> All(IEnumerable<string> columns, CancellationToken cancel) => Query(null, null, columns, cancel);

    /// <summary>All rows of one partition, in order; for keys of our own making, which all sort before <c>~</c>.</summary>
    public IAsyncEnumerable<TableEntity> Partition(string partitionKey, CancellationToken cancel) =>
        Range(partitionKey, "", "~", null, cancel);

    /// <summary>All rows that a filter lets through (OData), of all partitions; the service reads them all.</summary>
    public IAsyncEnumerable<TableEntity> Scan(FormattableString filter, CancellationToken cancel) =>
        Query(TableClient.CreateQueryFilter(filter), null, null, cancel);

    /// <summary>One page of what a filter lets through (OData), and where the next begins, or null; empty if the table is not there.</summary>
    public async Task<(IReadOnlyList<TableEntity> Rows, string? Next)> Page(
        FormattableString filter, string? continuation, int size, CancellationToken cancel)
    {
        var pages = client.QueryAsync<TableEntity>(TableClient.CreateQueryFilter(filter), size, cancellationToken: cancel);
        try
        {
            await foreach (var page in pages.AsPages(continuation, size).WithCancellation(cancel)) return (page.Values, page.ContinuationToken);
        }
        catch (RequestFailedException missing) when (IsTableMissing(missing))
        {
            // Nothing was ever written.
        }
        return ([], null);
    }

    /// <summary>Inserts; false if the row is there already.</summary>
    public Task<bool> TryAdd(TableEntity row, CancellationToken cancel) =>
        TryWrite(() => client.AddEntityAsync(row, cancel));

    /// <summary>
    /// Writes whatever was there before. For rows under a fresh random key this is better than an insert: a retry after
    /// a lost answer finds its own row and succeeds.
    /// </summary>
    public Task Put(TableEntity row, CancellationToken cancel) =>
        CreateTableAndRetry(() => client.UpsertEntityAsync(row, TableUpdateMode.Replace, cancel));

    /// <summary>Replaces the row if it still has the row's ETag; false if it was changed or is gone.</summary>
    public Task<bool> TryReplace(TableEntity row, CancellationToken cancel) =>
        TryWrite(() => client.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancel));

    /// <summary>Sets these columns whatever the others hold; false if the row is gone.</summary>
    public Task<bool> TryMerge(TableEntity columns, CancellationToken cancel) =>
        TryWrite(() => client.UpdateEntityAsync(columns, ETag.All, TableUpdateMode.Merge, cancel));

    /// <summary>Deletes the row if it still has this ETag; false if it was changed or is gone.</summary>
    public async Task<bool> TryDelete(TableEntity row, CancellationToken cancel)
    {
        // The SDK tells of a row that is not there by its answer's status, not by an exception.
        var there = true;
        return await TryWrite(async () =>
        {
            var answer = await client.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancel);
            there = answer.Status != 404;
            return answer;
        }) && there;
    }

    /// <summary>An entity-group transaction (all rows of one partition, 100 at most): all or nothing; false if one lost its race.</summary>
    public Task<bool> TryTransact(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel) =>
        TryWrite(() => client.SubmitTransactionAsync(actions, cancel));

    /// <summary>The same, and tells what the rows' ETags are now, in order; null if one lost its race.</summary>
    public async Task<IReadOnlyList<ETag>?> TransactForETags(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel)
    {
        IReadOnlyList<ETag>? etags = null;
        await TryWrite(async () => etags =
            [.. (await client.SubmitTransactionAsync(actions, cancel)).Value.Select(row => row.Headers.ETag ?? default)]);
        return etags;
    }

    async IAsyncEnumerable<TableEntity> Query(
        string? filter, int? pageSize, IEnumerable<string>? columns, [EnumeratorCancellation] CancellationToken cancel)
    {
        var rows = client.QueryAsync<TableEntity>(filter, pageSize, columns, cancel).GetAsyncEnumerator(cancel);
        await using (rows)
        {
            while (await MoveNext(rows)) yield return rows.Current;
        }
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

    static async Task<bool> MoveNext(IAsyncEnumerator<TableEntity> rows)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (RequestFailedException missing) when (IsTableMissing(missing))
        {
            return false;
        }
    }

    static bool IsTableMissing(RequestFailedException failed) => failed.Status == 404 && failed.ErrorCode == "TableNotFound";

    static bool IsRowMissing(RequestFailedException failed) => failed.Status == 404 && !IsTableMissing(failed);
}
