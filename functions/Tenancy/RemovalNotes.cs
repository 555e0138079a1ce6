using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>What is being deleted.</summary>
public enum RemovalKind
{
    /// <summary>A user (<c>UserRemoval</c>).</summary>
    User,

    /// <summary>A group (<c>GroupRemoval</c>).</summary>
    Group,

    /// <summary>A client's files (<c>ClientRemoval</c>).</summary>
    Client,

    /// <summary>The groups that a client made (<c>AppGroups</c>).</summary>
    AppGroups,
}

/// <summary>Records that a deletion has begun, or when it is to begin.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Kind">What is being deleted.</param>
/// <param name="Id">Its id.</param>
/// <param name="At">When the deletion was last requested.</param>
/// <param name="Purge">True if its files are deleted too. Only a group can have a note that says otherwise.</param>
public sealed record RemovalNote(string Tenant, RemovalKind Kind, string Id, DateTimeOffset At, bool Purge)
{
    /// <summary>When a user who asked for it is to be deleted (<c>AccountDeletion</c>); null for everything else.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The last user whose row is written, of <see cref="RemovalNotes.People"/>; null at the beginning.</summary>
    public string? After { get; init; }
}

/// <summary>Notes of deletions that have begun or wait (SCHEMA.md, table Removals). They are few, so all are read at once.</summary>
public sealed class RemovalNotes(StorageClients storage, TimeProvider clock)
{
    /// <summary>How long a request deletes; the timer deletes the rest. Azure's front end gives up after 230 seconds.</summary>
    public static readonly TimeSpan MaxRequestTime = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The id, of no user, of the note that the rows come or go by which the tenant's users are found by name (<see cref="PeopleIndex"/>),
    /// as the tenant wants it then. A version from before takes it for a user who is gone.
    /// </summary>
    public const string People = "~people";

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Removals));

    /// <summary>Writes a note, before the write that begins the deletion.</summary>
    public Task Add(string tenant, RemovalKind kind, string id, bool purge, CancellationToken cancel) =>
        table.Put(new TableEntity(tenant, Key(kind, id)) { ["At"] = clock.GetUtcNow(), ["Purge"] = purge }, cancel);

    /// <summary>Writes the note of a user who is to be deleted later, before the write that says so to the user.</summary>
    public Task AddDue(string tenant, string userId, DateTimeOffset due, CancellationToken cancel) =>
        table.Put(new TableEntity(tenant, Key(RemovalKind.User, userId))
        {
            ["At"] = clock.GetUtcNow(),
            ["Purge"] = true,
            ["Due"] = due,
        }, cancel);

    /// <summary>Notes how far the work of a note is; false if it was written again since it was read.</summary>
    public async Task<bool> TryNote(RemovalNote note, string after, CancellationToken cancel)
    {
        if (await Unchanged(note, cancel) is not { } row) return false;
        row["After"] = after;
        return await table.TryReplace(row, cancel);
    }

    /// <summary>A note; null if there is none.</summary>
    public async Task<RemovalNote?> Find(string tenant, RemovalKind kind, string id, CancellationToken cancel) =>
        await table.Find(tenant, Key(kind, id), cancel) is { } row ? Read(row) : null;

    /// <summary>Removes the note, after the rows are gone.</summary>
    public Task Remove(string tenant, RemovalKind kind, string id) =>
        table.TryDelete(tenant, Key(kind, id), CancellationToken.None);

    /// <summary>Removes a note that was read before, unless it was written again since.</summary>
    public async Task TryRemove(RemovalNote note)
    {
        if (await Unchanged(note, CancellationToken.None) is { } row) await table.TryDelete(row, CancellationToken.None);
    }

    /// <summary>All notes.</summary>
    public async Task<IReadOnlyList<RemovalNote>> All(CancellationToken cancel)
    {
        var notes = new List<RemovalNote>();
        await foreach (var row in table.All(["PartitionKey", "RowKey", "At", "Purge", "Due", "After"], cancel)) notes.Add(Read(row));
        return notes;
    }

    // The row of a note that was read before; null if it is gone, or was written again since.
    async Task<TableEntity?> Unchanged(RemovalNote note, CancellationToken cancel) =>
        await table.Find(note.Tenant, Key(note.Kind, note.Id), cancel) is { } row && row.GetDateTimeOffset("At") == note.At ? row : null;

    static RemovalNote Read(TableEntity row)
    {
        var kind = Enum.GetValues<RemovalKind>().First(one => row.RowKey.StartsWith(Key(one, ""), StringComparison.Ordinal));
        var (id, at) = (row.RowKey[Key(kind, "").Length..], row.GetDateTimeOffset("At")!.Value);
        return new(row.PartitionKey, kind, id, at, Purge: row.GetBoolean("Purge") is true)
        {
            Due = row.GetDateTimeOffset("Due"),
            After = row.GetString("After"),
        };
    }

    static string Key(RemovalKind kind, string id) => kind switch
    {
        RemovalKind.Group => RowKeys.Group(id),
        RemovalKind.Client => RowKeys.RemovedClient(id),
        RemovalKind.AppGroups => RowKeys.RemovedAppGroups(id),
        _ => RowKeys.User(id),
    };
}
