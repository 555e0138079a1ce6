using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A slot that an attempt has reserved: a row in a counter's table.</summary>
/// <param name="Table">The table.</param>
/// <param name="History">What the attempt read before it reserved the slot.</param>
/// <param name="Row">The row.</param>
sealed record LockoutSlot(Table Table, LockoutHistory History, TableEntity Row)
{
    /// <summary>Releases the slot.</summary>
    public Task Release() => Table.TryDelete(Row, CancellationToken.None);

    /// <summary>Marks the row as a failure.</summary>
    public Task Fail()
    {
        Row["Failed"] = true;
        return Table.TryReplace(Row, CancellationToken.None);
    }

    /// <summary>Releases the slot and, if the counter says so, those of the failures before it; remembers the success.</summary>
    public async Task Succeed()
    {
        // Only the failures that this attempt read: those of later attempts still count.
        var cleared = History.Counter.SuccessClears ? History.Live : [];
        var writes = cleared.Where(row => row.RowKey != Row.RowKey).Append(Row)
            .Select(row => (Task)Table.TryDelete(row, CancellationToken.None)).ToList();
        if (!History.SuccessIsKnown)
        {
            var success = new TableEntity(Row.PartitionKey, RowKeys.Success(History.Counter.SuccessOf!));
            writes.Add(Table.Put(success, CancellationToken.None));
        }
        await Task.WhenAll(writes);
    }
}
