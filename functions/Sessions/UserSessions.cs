using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>A line in the list of a user's sessions.</summary>
/// <param name="SessionId">The session, which may never have been started, or be over: <see cref="SessionStore"/> knows.</param>
/// <param name="ClientId">The app.</param>
/// <param name="CreatedAt">The sign-in.</param>
/// <param name="ExpiresAt">It ends then whatever happens.</param>
/// <param name="Device">Where it was.</param>
public sealed record UserSession(string SessionId, string ClientId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, Device Device);

/// <summary>
/// A user's sessions (SCHEMA.md, table UserSessions), to be listed. A line is written before its session, so that no
/// session is ever missing from the list; a line whose session never came to be does no harm.
/// </summary>
public sealed class UserSessions(StorageClients storage, TimeProvider clock)
{
    const int MaxAtOnce = 100; // An entity-group transaction's bound.

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.UserSessions));

    /// <summary>Adds a line, and drops those whose day is over.</summary>
    public async Task Add(Session session, Device device, CancellationToken cancel)
    {
        var partition = RowKeys.UserPartition(session.Tenant, session.UserId);
        await table.Put(new TableEntity(partition, session.Id)
        {
            ["ClientId"] = session.ClientId,
            ["UserMark"] = session.UserMark,
            ["AppMark"] = session.AppMark == 0 ? null : session.AppMark,
            ["CreatedAt"] = session.CreatedAt,
            ["ExpiresAt"] = session.ExpiresAt,
            ["UserAgent"] = device.UserAgent,
            ["Address"] = device.Address,
        }, cancel);
        await DropExpired(partition, cancel);
    }

    /// <summary>The user's lines that have not expired, those that end first at the front.</summary>
    public async Task<IReadOnlyList<UserSession>> List(Tenant tenant, string userId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var lines = new List<UserSession>();
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, userId), cancel))
        {
            var line = new UserSession(row.RowKey, row.GetString("ClientId"), row.GetDateTimeOffset("CreatedAt")!.Value,
                row.GetDateTimeOffset("ExpiresAt")!.Value, new Device(row.GetString("UserAgent"), row.GetString("Address")));
            if (now < line.ExpiresAt) lines.Add(line);
        }
        return lines;
    }

    /// <summary>Removes a line; the session itself is not touched.</summary>
    public Task Remove(Tenant tenant, string userId, string sessionId, CancellationToken cancel) => table.TryDelete(
        RowKeys.UserPartition(tenant.Id, userId), sessionId, cancel);

    /// <summary>
    /// Removes the lines of what the user's marks have ended. Nothing depends on it: the marks decide. What is beginning now
    /// bears the new one and stays.
    /// </summary>
    public async Task Tidy(Tenant tenant, User user, CancellationToken cancel)
    {
        var (state, ended) = (user.State with { Disabled = false }, new List<TableTransactionAction>());
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, user.Id), cancel))
        {
            if (state.Keeps(row.GetInt64("UserMark"), row.GetDateTimeOffset("CreatedAt")!.Value)
                && state.KeepsApp(row.GetString("ClientId"), row.GetInt64("AppMark"))) continue;
            ended.Add(new(TableTransactionActionType.Delete, row, ETag.All));
        }
        // A batch of which somebody else has removed a line is left to the next.
        foreach (var batch in ended.Chunk(MaxAtOnce)) await table.TryTransact(batch, cancel);
    }

    /// <summary>Removes all lines of a user who is gone, expired ones too.</summary>
    public async Task Forget(Tenant tenant, string userId, CancellationToken cancel)
    {
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, userId), cancel)) await table.TryDelete(row, cancel);
    }

    // The day of a session's end starts its id: the expired ones are the first of the partition, and no others are read.
    async Task DropExpired(string partition, CancellationToken cancel)
    {
        var expired = new List<TableTransactionAction>();
        await foreach (var row in table.Range(partition, "", ExpiringTables.Bucket(clock.GetUtcNow()), MaxAtOnce, cancel))
        {
            expired.Add(new(TableTransactionActionType.Delete, row, ETag.All));
            if (expired.Count == MaxAtOnce) break;
        }
        // Another sign-in may drop the same ones: whoever loses leaves it to the next.
        if (expired.Count > 0) await table.TryTransact(expired, cancel);
    }
}
