using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>
/// Bounds how long connections live, whatever nobody noticed: once in 55 minutes all of a user's connections are closed, by the user,
/// because a client could leave any group. Each user has a time of their own. A key's connections end with the first such time after the
/// key has expired, so after an hour at most. A row says that the closing of that time is in the queue (SCHEMA.md, table Messaging).
/// </summary>
public sealed class ConnectionHours(StorageClients storage, WorkQueues queues, TimeProvider clock)
{
    static readonly TimeSpan Period = TimeSpan.FromHours(1) - ConnectionClosings.KeyTime;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Messaging));

    /// <summary>Until when connections live that are opened with a key of now.</summary>
    public async Task<DateTimeOffset> End(Tenant tenant, string user, CancellationToken cancel)
    {
        var (now, partition) = (clock.GetUtcNow(), RowKeys.UserPartition(tenant.Id, user));
        var end = After(partition, now + ConnectionClosings.KeyTime);
        if ((await table.Find(partition, RowKeys.ConnectionEnd, cancel))?.GetDateTimeOffset("At") == end) return end;
        // First the message: two of them do no harm.
        await queues.Send(QueueNames.MessageClosings, new ClosingMessage(tenant.Id, ClosingKind.User, [user]), cancel, end - now);
        await table.Put(new TableEntity(partition, RowKeys.ConnectionEnd) { ["At"] = end }, cancel);
        return end;
    }

    /// <summary>Removes the row of a user who is deleted.</summary>
    public Task Forget(string tenant, string user, CancellationToken cancel) =>
        table.TryDelete(RowKeys.UserPartition(tenant, user), RowKeys.ConnectionEnd, cancel);

    // In whole seconds, as queues count.
    static DateTimeOffset After(string user, DateTimeOffset time)
    {
        var (period, seconds) = ((long)Period.TotalSeconds, time.ToUnixTimeSeconds());
        var own = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(user))) % period;
        return DateTimeOffset.FromUnixTimeSeconds((((seconds - own) / period) + 1) * period + own);
    }
}
