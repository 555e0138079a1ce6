using Azure;
using Azure.Data.Tables;

namespace Latchkey.Storage;

/// <content>Several rows at once.</content>
public sealed partial class Table
{
    /// <summary>
    /// An entity-group transaction: up to <see cref="MaxTransactionRows"/> rows of one partition, all or none. False if one of them lost
    /// its race.
    /// </summary>
    public async Task<bool> TryTransact(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel) =>
        await TransactForETags(actions, cancel) is not null;

    /// <summary>Like <see cref="TryTransact"/>, but returns the rows' new ETags in order, or null if one of them lost its race.</summary>
    public async Task<IReadOnlyList<ETag>?> TransactForETags(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel)
    {
        if (actions is [var only]) return await WriteOne(only, cancel) is { } etag ? [etag] : null;
        IReadOnlyList<ETag>? etags = null;
        await TryWrite(async () => etags =
            [.. (await client.SubmitTransactionAsync(actions, cancel)).Value.Select(row => row.Headers.ETag ?? default)]);
        return etags;
    }

    // One row is all or nothing by itself. As a plain request it costs the storage account and us much less than as a transaction.
    async Task<ETag?> WriteOne(TableTransactionAction action, CancellationToken cancel)
    {
        var (row, etag) = ((TableEntity)action.Entity, action.ETag);
        Response? answer = null;
        await TryWrite(async () => answer = await (action.ActionType switch
        {
            TableTransactionActionType.Add => client.AddEntityAsync(row, cancel),
            TableTransactionActionType.UpdateReplace => client.UpdateEntityAsync(row, etag, TableUpdateMode.Replace, cancel),
            TableTransactionActionType.UpdateMerge => client.UpdateEntityAsync(row, etag, TableUpdateMode.Merge, cancel),
            TableTransactionActionType.UpsertReplace => client.UpsertEntityAsync(row, TableUpdateMode.Replace, cancel),
            TableTransactionActionType.UpsertMerge => client.UpsertEntityAsync(row, TableUpdateMode.Merge, cancel),
            _ => client.DeleteEntityAsync(row.PartitionKey, row.RowKey, etag, cancel),
        }));
        // If the row to delete is missing, the SDK returns the 404 and does not throw.
        return answer is null or { Status: 404 } ? null : answer.Headers.ETag ?? default(ETag);
    }
}
