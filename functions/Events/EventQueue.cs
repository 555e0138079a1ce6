using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Events;

/// <summary>
/// What is still to be sent (SCHEMA.md, tables Events…): the notes of changes (<see cref="Outbox"/>), and of each event one row for each
/// receiver. Every step is a conditional write, so that of two who dispatch at the same time one does it.
/// </summary>
public sealed class EventQueue(StorageClients storage, TimeProvider clock)
{
    const int MaxBatch = Table.MaxTransactionRows - 1; // One is for the note.

    readonly ExpiringTables tables = new(storage.Tables, TableNames.Events);

    /// <summary>
    /// Turns the events of a note into deliveries, each taken by the caller, and removes the events' row and the note. Repeating it
    /// after a crash does the rest.
    /// </summary>
    /// <param name="note">The note.</param>
    /// <param name="receivers">Who is to be told of an event.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>Empty if there is nothing to do: another has done it, or the change is not made, or not yet.</returns>
    public async Task<IReadOnlyList<Delivery>> Expand(
        EventNote note, Func<StoredEvent, IEnumerable<string>> receivers, CancellationToken cancel)
    {
        var queue = tables.For(note.Bucket);
        if (await queue.Find(note.Tenant, RowKeys.EventNote(note.Id), cancel) is not { } row) return [];
        var (changes, key) = (new Table(storage.Tables.GetTableClient(note.Table)), RowKeys.Events(note.Id));
        var isExpanded = row.GetBoolean("Expanded") is true;
        List<Delivery> deliveries = [];
        if (!isExpanded)
        {
            if (await changes.Find(note.Partition, key, cancel) is not { } events)
            {
                if (note.CreatedAt + Outbox.MaxWriteTime <= clock.GetUtcNow()) await queue.TryDelete(row, cancel);
                return [];
            }
            var now = clock.GetUtcNow();
            foreach (var one in JsonSerializer.Deserialize<List<StoredEvent>>(Columns.GetLong(events, "Events"))!)
                deliveries.AddRange(receivers(one).Select(receiver => Delivery.New(note.Tenant, receiver, one, now, note.Bucket)));
            if (await TryExpand(row, note.Bucket, deliveries, cancel) is not { } written) return [];
            deliveries = written;
        }
        await changes.TryDelete(note.Partition, key, cancel);
        await queue.TryDelete(note.Tenant, RowKeys.EventNote(note.Id), cancel);
        return deliveries;
    }

    // One transaction marks the note and writes the deliveries, or the last of them if they are very many.
    async Task<List<Delivery>?> TryExpand(TableEntity note, string bucket, List<Delivery> deliveries, CancellationToken cancel)
    {
        note["Expanded"] = true;
        List<Delivery> written = [];
        var batches = deliveries.Chunk(MaxBatch).ToList();
        if (batches.Count == 0) batches.Add([]);
        foreach (var batch in batches)
        {
            List<TableTransactionAction> actions =
                [.. batch.Select(delivery => new TableTransactionAction(TableTransactionActionType.UpsertReplace, delivery.Row))];
            if (ReferenceEquals(batch, batches[^1])) actions.Add(new(TableTransactionActionType.UpdateReplace, note, note.ETag));
            if (await tables.For(bucket).TransactForETags(actions, cancel) is not { } etags) return null;
            foreach (var (delivery, etag) in batch.Zip(etags))
            {
                delivery.Row.ETag = etag;
                written.Add(delivery);
            }
        }
        return written;
    }

    /// <summary>Adds one that the caller has taken.</summary>
    public async Task<Delivery> Add(Delivery delivery, CancellationToken cancel)
    {
        var etags = await tables.For(delivery.Bucket).TransactForETags(
            [new(TableTransactionActionType.UpsertReplace, delivery.Row)], cancel);
        delivery.Row.ETag = etags![0];
        return delivery;
    }

    /// <summary>The notes and deliveries whose time has come, oldest table first.</summary>
    public async IAsyncEnumerable<(EventNote? Note, Delivery? Delivery)> Due([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var bucket in await tables.Buckets(cancel))
        {
            await foreach (var row in tables.For(bucket).Scan($"At le {clock.GetUtcNow()}", cancel))
            {
                if (row.GetString("Receiver") is not null) yield return (null, Delivery.Read(bucket, row));
                else yield return (ReadNote(bucket, row), null);
            }
        }
    }

    /// <summary>Takes a delivery, so that nobody else sends it for a minute; null if somebody has done so.</summary>
    public Task<Delivery?> TryTake(Delivery delivery, CancellationToken cancel)
    {
        delivery.Row["At"] = clock.GetUtcNow() + Delivery.Lease;
        return TryWrite(delivery, cancel);
    }

    /// <summary>The try has failed; it comes again at this time.</summary>
    public Task Postpone(Delivery delivery, DateTimeOffset at, string result)
    {
        (delivery.Row["At"], delivery.Row["Tries"], delivery.Row["LastResult"]) = (at, delivery.Tries + 1, result);
        return TryWrite(delivery, CancellationToken.None);
    }

    /// <summary>Removes a delivery that is over.</summary>
    public Task Remove(Delivery delivery) =>
        tables.For(delivery.Bucket).TryDelete(delivery.Tenant, delivery.Row.RowKey, CancellationToken.None);

    /// <summary>What is still to be sent to a receiver: at most <paramref name="limit"/>, oldest day first, after this one.</summary>
    public async Task<IReadOnlyList<Delivery>> Pending(
        string tenant, string receiver, (string Bucket, string Event)? after, int limit, CancellationToken cancel)
    {
        var (found, prefix) = (new List<Delivery>(), RowKeys.PendingDeliveries(receiver));
        foreach (var bucket in await tables.Buckets(cancel))
        {
            if (string.CompareOrdinal(bucket, after?.Bucket) < 0) continue;
            var from = bucket == after?.Bucket ? prefix + after.Value.Event + " " : prefix;
            await foreach (var row in tables.For(bucket).Range(tenant, from, prefix + "~", limit, cancel))
            {
                found.Add(Delivery.Read(bucket, row));
                if (found.Count == limit) return found;
            }
        }
        return found;
    }

    /// <summary>Where a page of <see cref="Pending"/> begins: <c>{bucket}.{event}</c>; null for any other text.</summary>
    public static (string Bucket, string Event)? Position(string text) =>
        text.Split('.') is [var bucket, var id] && ExpiringTables.IsBucket(bucket) ? (bucket, id) : null;

    async Task<Delivery?> TryWrite(Delivery delivery, CancellationToken cancel)
    {
        var etags = await tables.For(delivery.Bucket).TransactForETags(
            [new(TableTransactionActionType.UpdateReplace, delivery.Row, delivery.Row.ETag)], cancel);
        if (etags is null) return null;
        delivery.Row.ETag = etags[0];
        return delivery;
    }

    static EventNote ReadNote(string bucket, TableEntity row) => new(row.PartitionKey, bucket, row.RowKey[RowKeys.EventNote("").Length..],
        row.GetString("Table"), row.GetString("Partition"), row.GetDateTimeOffset("CreatedAt")!.Value);
}
