using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Admin;

/// <summary>What is being deleted.</summary>
public enum Removed
{
    /// <summary>A user (<see cref="UserRemoval"/>).</summary>
    User,

    /// <summary>A group (<see cref="GroupRemoval"/>).</summary>
    Group,

    /// <summary>A client's files (<see cref="ClientRemoval"/>).</summary>
    Client,
}

/// <summary>A note that something is being deleted.</summary>
/// <param name="Tenant">Its tenant.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its id.</param>
/// <param name="At">When the deletion began, or was asked for again.</param>
/// <param name="Purge">Its files go with it; a user's do in any case, and only then is there a note of a client.</param>
public sealed record RemovalNote(string Tenant, Removed Kind, string Id, DateTimeOffset At, bool Purge);

/// <summary>Notes of what is being deleted (SCHEMA.md, table Removals): few, so that all of them are read.</summary>
public sealed class RemovalNotes(StorageClients storage, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient("Removals"));

    /// <summary>Writes a note, before the write that decides.</summary>
    public Task Add(string tenant, Removed kind, string id, bool purge, CancellationToken cancel) =>
        table.Put(new TableEntity(tenant, Key(kind, id)) { ["At"] = clock.GetUtcNow(), ["Purge"] = purge }, cancel);

    /// <summary>Takes it back, after the rows are gone.</summary>
    public Task Remove(string tenant, Removed kind, string id) =>
        table.TryDelete(new TableEntity(tenant, Key(kind, id)) { ETag = ETag.All }, CancellationToken.None);

    /// <summary>All notes.</summary>
    public async Task<IReadOnlyList<RemovalNote>> All(CancellationToken cancel)
    {
        var notes = new List<RemovalNote>();
        await foreach (var row in table.All(["PartitionKey", "RowKey", "At", "Purge"], cancel))
        {
            var kind = Enum.GetValues<Removed>().First(one => row.RowKey.StartsWith(Key(one, ""), StringComparison.Ordinal));
            notes.Add(new(row.PartitionKey, kind, row.RowKey[Key(kind, "").Length..], row.GetDateTimeOffset("At")!.Value, row.GetBoolean("Purge") is true));
        }
        return notes;
    }

    static string Key(Removed kind, string id) => kind switch
    {
        Removed.Group => RowKeys.Group(id),
        Removed.Client => RowKeys.RemovedClient(id),
        _ => RowKeys.User(id),
    };
}
