using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Admin;

/// <summary>Records that a user's deletion has begun.</summary>
public sealed record RemovalNote(string Tenant, string UserId, DateTimeOffset At);

/// <summary>Notes of users whose deletion has begun (SCHEMA.md, table Removals). They are few, so all are read at once.</summary>
public sealed class RemovalNotes(StorageClients storage, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient("Removals"));

    /// <summary>Writes a note, before the user is marked as being deleted.</summary>
    public Task Add(string tenant, string userId, CancellationToken cancel) =>
        table.Put(new TableEntity(tenant, RowKeys.User(userId)) { ["At"] = clock.GetUtcNow() }, cancel);

    /// <summary>Removes the note, after the user's rows are gone.</summary>
    public Task Remove(string tenant, string userId) =>
        table.TryDelete(new TableEntity(tenant, RowKeys.User(userId)) { ETag = ETag.All }, CancellationToken.None);

    /// <summary>All notes.</summary>
    public async Task<IReadOnlyList<RemovalNote>> All(CancellationToken cancel)
    {
        var notes = new List<RemovalNote>();
        await foreach (var row in table.All(["PartitionKey", "RowKey", "At"], cancel))
            notes.Add(new(row.PartitionKey, row.RowKey[RowKeys.User("").Length..], row.GetDateTimeOffset("At")!.Value));
        return notes;
    }
}
