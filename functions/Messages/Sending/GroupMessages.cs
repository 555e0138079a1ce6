using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Messages;

/// <summary>A message to a group on its way to the members.</summary>
/// <param name="Message">The message.</param>
/// <param name="After">The last member who has it; null: nobody has.</param>
/// <param name="Done">All have it.</param>
public sealed record GroupMessage(Message Message, string? After, bool Done);

/// <summary>The queue's message about one.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Tries">How often that has failed.</param>
public sealed record GroupMessageWork(string Tenant, string Id, int Tries = 0);

/// <summary>Messages to groups (SCHEMA.md, tables Messages…): written before anybody is told that they were sent.</summary>
public sealed class GroupMessages(StorageClients storage, WorkQueues queues)
{
    readonly MessageTables tables = new(storage);

    /// <summary>Writes a message; false if it is there already.</summary>
    public Task<bool> TryAdd(string tenant, Message message, CancellationToken cancel) => TableOf(message.Id).TryAdd(
        MessageRow.Write(new(RowKeys.GroupMessagePartition(tenant, message.Id), RowKeys.GroupMessage), message), cancel);

    /// <summary>The message, or null.</summary>
    public async Task<GroupMessage?> Find(string tenant, string id, CancellationToken cancel)
    {
        var row = await TableOf(id).Find(RowKeys.GroupMessagePartition(tenant, id), RowKeys.GroupMessage, cancel);
        return row is null ? null : new(MessageRow.Read(row), row.GetString("After"), row.GetBoolean("Done") is true);
    }

    /// <summary>Notes how far it is.</summary>
    public Task Note(string tenant, string id, string? after, bool done, CancellationToken cancel) => TableOf(id).TryMerge(
        new TableEntity(RowKeys.GroupMessagePartition(tenant, id), RowKeys.GroupMessage) { ["After"] = after, ["Done"] = done }, cancel);

    /// <summary>Has it delivered.</summary>
    public Task Deliver(string tenant, string id, CancellationToken cancel) =>
        queues.Send(QueueNames.Messages, new GroupMessageWork(tenant, id), cancel);

    /// <summary>Has it delivered later, because storage has failed meanwhile.</summary>
    public Task DeliverLater(GroupMessageWork work, CancellationToken cancel) =>
        queues.Send(QueueNames.Messages, work with { Tries = work.Tries + 1 }, cancel, RetryPause.After(work.Tries));

    Table TableOf(string id) => tables.For(BucketId.Parse(id)!.Value.Bucket);
}
