using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A slot that an attempt has reserved: a row in the table of the day.</summary>
/// <param name="History">What the attempt read before it reserved the slot.</param>
/// <param name="Row">The row.</param>
sealed record LockoutSlot(LockoutHistory History, TableEntity Row)
{
    /// <summary>Releases the slot.</summary>
    public Task Release() => History.Today.TryDelete(Row, CancellationToken.None);

    /// <summary>Marks the row as a failure.</summary>
    public Task Fail()
    {
        Row["Failed"] = true;
        return History.Today.TryReplace(Row, CancellationToken.None);
    }

    /// <summary>Releases the slot and, if the counter says so, those of the failures before it; remembers the success.</summary>
    public async Task Succeed()
    {
        // Only the failures that this attempt read: those of later attempts still count.
        var cleared = History.Counter.SuccessClears ? History.Live : [];
        var writes = cleared.Where(one => one.Row.RowKey != Row.RowKey || one.Table != History.Today).Append((Table: History.Today, Row))
            .Select(one => (Task)one.Table.TryDelete(one.Row, CancellationToken.None)).ToList();
        if (!History.SuccessIsKnown)
        {
            var success = new TableEntity(Row.PartitionKey, RowKeys.Success(History.Counter.SuccessOf!));
            writes.Add(History.Today.Put(success, CancellationToken.None));
        }
        await Task.WhenAll(writes);
    }
}
