using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Admin;

/// <summary>A note that a user is being deleted.</summary>
public sealed record RemovalNote(string Tenant, string UserId, DateTimeOffset At);

/// <summary>Notes of users who are being deleted (SCHEMA.md, table Removals): few, so that all of them are read.</summary>
public sealed class RemovalNotes(StorageClients storage, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Removals));

    /// <summary>Writes a note, before the user is marked.</summary>
    public Task Add(string tenant, string userId, CancellationToken cancel) =>
        table.Put(new TableEntity(tenant, RowKeys.User(userId)) { ["At"] = clock.GetUtcNow() }, cancel);

    /// <summary>Takes it back, after the user's rows are gone.</summary>
    public Task Remove(string tenant, string userId) =>
        table.TryDelete(tenant, RowKeys.User(userId), CancellationToken.None);

    /// <summary>All notes.</summary>
    public async Task<IReadOnlyList<RemovalNote>> All(CancellationToken cancel)
    {
        var notes = new List<RemovalNote>();
        await foreach (var row in table.All(["PartitionKey", "RowKey", "At"], cancel))
            notes.Add(new(row.PartitionKey, row.RowKey[RowKeys.User("").Length..], row.GetDateTimeOffset("At")!.Value));
        return notes;
    }
}
