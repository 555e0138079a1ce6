using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>How far a message to many is.</summary>
/// <param name="To">The recipient at which it is (<see cref="Recipient.ToString"/>).</param>
/// <param name="After">The last member of that group who has it.</param>
public sealed record GroupPlace(string To, string After)
{
    const string All = "~"; // Behind all ids.

    /// <summary>The whole recipient has it.</summary>
    public bool IsAll => After == All;

    /// <summary>The place behind a recipient.</summary>
    public static GroupPlace Behind(Recipient to) => new($"{to}", All);
}

/// <summary>A message to a group, or an event, on its way to those whom it is for.</summary>
/// <param name="Message">The message.</param>
/// <param name="Place">How far it is; null: nobody has it.</param>
/// <param name="Told">How many have it.</param>
/// <param name="Done">All have it.</param>
public sealed record GroupMessage(Message Message, GroupPlace? Place, int Told, bool Done);

/// <summary>The queue's message about one.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Tries">How often that has failed.</param>
public sealed record GroupMessageWork(string Tenant, string Id, int Tries = 0);

/// <summary>Messages to groups, and events to many (SCHEMA.md, tables Messages…): written before anybody is told that they were
/// sent.</summary>
public sealed class GroupMessages(StorageClients storage, WorkQueues queues, TimeProvider clock)
{
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    readonly MessageTables tables = new(storage);

    /// <summary>How long one is worked on before another one has its turn.</summary>
    internal TimeSpan TurnTime { get; set; } = Turn;

    /// <summary>Each tenant's share of the time of this process.</summary>
    public TenantShare Share { get; } = new(clock) { Burst = 2 * Turn };

    /// <summary>Writes a message; false if it is there already.</summary>
    public Task<bool> TryAdd(string tenant, Message message, CancellationToken cancel) => TableOf(message.Id).TryAdd(
        MessageRow.Write(new(RowKeys.GroupMessagePartition(tenant, message.Id), RowKeys.GroupMessage), message), cancel);

    /// <summary>The message, or null.</summary>
    public async Task<GroupMessage?> Find(string tenant, string id, CancellationToken cancel)
    {
        var row = await TableOf(id).Find(RowKeys.GroupMessagePartition(tenant, id), RowKeys.GroupMessage, cancel);
        if (row is null) return null;
        var message = MessageRow.Read(row);
        // A version from before has noted the member alone.
        var place = row.GetString("After") is { } after ? new GroupPlace(row.GetString("At") ?? $"{message.To}", after) : null;
        return new(message, place, row.GetInt32("Told") ?? 0, row.GetBoolean("Done") is true);
    }

    /// <summary>Notes how far it is.</summary>
    public Task Note(string tenant, string id, GroupPlace place, int told, CancellationToken cancel) =>
        Merge(tenant, id, new() { ["At"] = place.To, ["After"] = place.After, ["Told"] = told }, cancel);

    /// <summary>Notes that all have it.</summary>
    public Task NoteDone(string tenant, string id, CancellationToken cancel) => Merge(tenant, id, new() { ["Done"] = true }, cancel);

    /// <summary>Has it delivered.</summary>
    public Task Deliver(string tenant, string id, CancellationToken cancel) =>
        queues.Send(QueueNames.Messages, new GroupMessageWork(tenant, id), cancel);

    /// <summary>Writes a message, unless it is there, and has it delivered, unless it is. It can be repeated.</summary>
    public async Task Send(string tenant, Message message, CancellationToken cancel)
    {
        // One that is there may have lost its message to the queue.
        if (await TryAdd(tenant, message, cancel) || await Find(tenant, message.Id, cancel) is { Done: false })
            await Deliver(tenant, message.Id, CancellationToken.None);
    }

    /// <summary>Has it delivered later: after a pause, or after one that grows, because storage has failed meanwhile.</summary>
    public Task DeliverLater(GroupMessageWork work, CancellationToken cancel, TimeSpan? pause = null) =>
        queues.Send(QueueNames.Messages, work with { Tries = work.Tries + 1 }, cancel, pause ?? RetryPause.After(work.Tries));

    /// <summary>Puts one back whose tenant has to wait; true if it did.</summary>
    public async Task<bool> TryWait(GroupMessageWork work, CancellationToken cancel) =>
        await Share.TryWait(queues, QueueNames.Messages, work.Tenant, work, cancel) is not null;

    Task<bool> Merge(string tenant, string id, TableEntity row, CancellationToken cancel)
    {
        (row.PartitionKey, row.RowKey) = (RowKeys.GroupMessagePartition(tenant, id), RowKeys.GroupMessage);
        return TableOf(id).TryMerge(row, cancel);
    }

    Table TableOf(string id) => tables.For(BucketId.Parse(id)!.Value.Bucket);
}
