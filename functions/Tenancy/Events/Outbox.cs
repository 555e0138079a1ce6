using System.Text.Json;
using System.Threading.Channels;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>Says where the events of one change are, if the change was made.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Bucket">The bucket of the note's table.</param>
/// <param name="Id">The note's id, which is also that of the events' row.</param>
/// <param name="Table">The table of the change.</param>
/// <param name="Partition">The partition of the change.</param>
/// <param name="CreatedAt">When it was written.</param>
public sealed record EventNote(
    string Tenant, string Bucket, string Id, string Table, string Partition, DateTimeOffset CreatedAt);

/// <summary>A note that is written, and the events of the change that is about to be made.</summary>
public sealed record PreparedEvents(EventNote Note, IReadOnlyList<StoredEvent> Events)
{
    /// <summary>Which of the numbered changes of the transaction each is about (<see cref="TenantEvent.Change"/>).</summary>
    public IReadOnlyList<int> Changes { get; init; } = [];

    /// <summary>The row that goes into the transaction of the change.</summary>
    public TableTransactionAction Row
    {
        get
        {
            var row = new TableEntity(Note.Partition, RowKeys.Events(Note.Id));
            // In the tenant's partition the former version takes every row that it does not know for a role, and fails without these; in
            // that of its webhooks, for a webhook.
            if (Note.Table == TableNames.Tenants)
            {
                (row["Name"], row["Rights"]) = (row.RowKey, "");
                (row["CreatedAt"], row["DisabledBecause"]) = (Note.CreatedAt, "event");
            }
            // In that of the clients, for a client: one that may do nothing.
            if (Note.Table == TableNames.Clients)
            {
                (row["Name"], row["AccessTokenSeconds"], row["RetryWindowSeconds"]) = (row.RowKey, 0, 0);
                (row["SessionIdleSeconds"], row["SessionSeconds"]) = (0, 0);
            }
            Columns.PutLong(row, "Events", JsonSerializer.Serialize(Events));
            return new(TableTransactionActionType.UpsertReplace, row);
        }
    }

    /// <summary>
    /// The same with one more member of their data, which is known only now: the number of the change that each is about.
    /// </summary>
    /// <param name="name">The member.</param>
    /// <param name="last">The number of the last change.</param>
    /// <param name="changes">How many changes there are.</param>
    public PreparedEvents Numbered(string name, long last, int changes) => this with
    {
        Events = [.. Events.Zip(Changes, (one, change) =>
            change == TenantEvent.NoChange ? one : one.With(name, last - changes + 1 + change))],
    };
}

/// <summary>
/// Where changes leave their events (SCHEMA.md, tables Events…). The events stand in a row that is written in one transaction with the
/// change, so they are there if and only if the change was made. A note, written before, says where to look. A change that nobody wants to
/// hear of costs no request.
/// </summary>
public sealed class Outbox(StorageClients storage, Settings settings, TimeProvider clock)
{
    /// <summary>How long the tables keep what is still to be sent.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(3);

    /// <summary>For how long the timer leaves a note to the instance that wrote it.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMinutes(1);

    /// <summary>When a note without events is given up: the change will not be made any more.</summary>
    public static readonly TimeSpan MaxWriteTime = TimeSpan.FromMinutes(5);

    const int MaxWaiting = 10_000;

    // What does not fit is found by the timer.
    readonly Channel<EventNote> written = Channel.CreateBounded<EventNote>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    readonly ExpiringTables tables = new(storage.Tables, TableNames.Events);

    /// <summary>The notes of the changes that this instance has made.</summary>
    public IAsyncEnumerable<EventNote> Written(CancellationToken cancel) => written.Reader.ReadAllAsync(cancel);

    /// <summary>True if somebody is to be told of this event.</summary>
    public bool Wants(Tenant tenant, TenantEvent one) => settings.EventGridTopic is not null
        || tenant.Webhooks.Values.Any(webhook => webhook.Wants(one.Type)) || (HasInboxes(tenant) && InboxEvents.AreOf(one));

    /// <summary>True if users of the tenant find events in their inboxes.</summary>
    public bool HasInboxes(Tenant tenant) => settings.Messages is not null && tenant.Messages is { Enabled: true, Events: true };

    /// <summary>Makes a change of one partition, with its events if anybody wants them; false if it lost its race.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="table">The name of the table.</param>
    /// <param name="actions">The change, of 99 rows at most.</param>
    /// <param name="events">What it means.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<bool> TryTransact(Tenant tenant, string table, IReadOnlyList<TableTransactionAction> actions,
        IEnumerable<TenantEvent> events, CancellationToken cancel)
    {
        var target = new Table(storage.Tables.GetTableClient(table));
        if (await Prepare(tenant, table, actions[0].Entity.PartitionKey, events, cancel) is not { } prepared)
            return await target.TryTransact(actions, cancel);
        // If this fails the change may have been made all the same, so the note stays.
        if (!await target.TryTransact([.. actions, prepared.Row], cancel)) return false;
        await Publish(prepared);
        return true;
    }

    /// <summary>Writes the note of a change that is about to be made; null if nobody wants its events.</summary>
    public async Task<PreparedEvents?> Prepare(
        Tenant tenant, string table, string partition, IEnumerable<TenantEvent> events, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var wanted = events.Where(one => Wants(tenant, one)).ToList();
        if (wanted.Count == 0) return null;
        var note = new EventNote(tenant.Id, ExpiringTables.Bucket(now + Life), Ids.New(), table, partition, now);
        await Put(note, cancel);
        return new(note, [.. wanted.Select(one => one.Store(tenant, now))]) { Changes = [.. wanted.Select(one => one.Change)] };
    }

    /// <summary>The change was made: its events are sent, in the background.</summary>
    public async Task Publish(PreparedEvents prepared)
    {
        // Storage was so slow that the note may have been given up.
        if (clock.GetUtcNow() - prepared.Note.CreatedAt > MaxWriteTime / 2) await Put(prepared.Note, CancellationToken.None);
        written.Writer.TryWrite(prepared.Note);
    }

    Task Put(EventNote note, CancellationToken cancel) => tables.For(note.Bucket).Put(
        new TableEntity(note.Tenant, RowKeys.EventNote(note.Id))
        {
            ["Table"] = note.Table,
            ["Partition"] = note.Partition,
            ["CreatedAt"] = note.CreatedAt,
            ["At"] = note.CreatedAt + HeadStart,
        }, cancel);
}
