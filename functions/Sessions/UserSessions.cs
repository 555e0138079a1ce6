using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>An entry in the list of a user's sessions.</summary>
/// <param name="SessionId">The session. It may never have started, or be over: <see cref="SessionStore"/> knows.</param>
/// <param name="ClientId">The app.</param>
/// <param name="CreatedAt">When the user signed in.</param>
/// <param name="ExpiresAt">When it ends at the latest.</param>
/// <param name="Device">Where the user signed in.</param>
/// <param name="SignInId">The browser's sign-in that the session came from (<see cref="Authentication.SignInId"/>), or null.</param>
public sealed record UserSession(
    string SessionId, string ClientId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, Device Device, string? SignInId);

/// <summary>
/// The list of a user's sessions (SCHEMA.md, table UserSessions). An entry is written before its session, so that no
/// session is ever missing from the list; an entry whose session was never created does no harm.
/// </summary>
public sealed class UserSessions(StorageClients storage, TimeProvider clock)
{
    /// <summary>How many sessions a user has at most. A sign-in beyond it ends the oldest (<see cref="SessionBound"/>).</summary>
    public const int MaxPerUser = 200;

    /// <summary>How many entries one request to storage returns: all, unless they are older than <see cref="MaxPerUser"/>.</summary>
    public const int AtOnce = 1000;

    // What one sign-in ends at most, so that it costs no more where there were very many before there was a bound.
    const int MaxEndedAtOnce = 20;

    // The session of a younger entry may not be written yet.
    static readonly TimeSpan Beginning = TimeSpan.FromMinutes(5);

    static readonly string[] NeededForExcess = ["RowKey", "ClientId", "CreatedAt", "ExpiresAt"];

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.UserSessions));

    /// <summary>Adds an entry. <see cref="TakeExcess"/> is to follow.</summary>
    public Task Add(Session session, Device device, CancellationToken cancel) => table.Put(
        new TableEntity(RowKeys.UserPartition(session.Tenant, session.UserId), session.Id)
        {
            ["ClientId"] = session.ClientId,
            ["UserMark"] = session.UserMark,
            ["AppMark"] = session.AppMark == 0 ? null : session.AppMark,
            ["CreatedAt"] = session.CreatedAt,
            ["ExpiresAt"] = session.ExpiresAt,
            ["SignInId"] = session.Authentication.SignInId,
            ["UserAgent"] = device.UserAgent,
            ["Address"] = device.Address,
        }, cancel);

    /// <summary>
    /// Drops expired entries, and returns how many are left and those that are too many. An app that begins one session after the other
    /// must not end those of others, so these are the oldest of the app that has the most. Behind a full page there may be any number:
    /// then no fewer than <see cref="MaxPerUser"/> are left.
    /// </summary>
    public async Task<(int Live, IReadOnlyList<UserSession> Oldest)> TakeExcess(string tenant, string userId, CancellationToken cancel)
    {
        var (partition, now) = (RowKeys.UserPartition(tenant, userId), clock.GetUtcNow());
        // A session's id starts with the day of its end, so the expired ones come first.
        var entries = await table.Columns(partition, "", "~", NeededForExcess, cancel).Take(AtOnce).Select(Read).ToListAsync(cancel);
        var expired = entries.Where(entry => entry.ExpiresAt <= now).Select(entry => entry.SessionId).Take(Table.MaxTransactionRows)
            .ToList();
        // Another sign-in may drop the same entries at this moment. If its batch wins, ours fails and that is fine.
        if (expired.Count > 0) await table.TryTransact([.. expired.Select(id => Table.Deletion(partition, id))], cancel);
        var live = entries.Where(entry => now < entry.ExpiresAt).ToList();
        var left = entries.Count == AtOnce ? Math.Max(live.Count, MaxPerUser) : live.Count;
        if (live.Count <= MaxPerUser) return (left, []);
        var most = live.GroupBy(entry => entry.ClientId).MaxBy(app => app.Count())!;
        return (left, [.. most.Where(entry => entry.CreatedAt < now - Beginning).OrderBy(entry => entry.CreatedAt)
            .Take(Math.Min(live.Count - MaxPerUser, MaxEndedAtOnce))]);
    }

    /// <summary>The user's entries that have not expired, ordered by when they end.</summary>
    public async Task<IReadOnlyList<UserSession>> List(Tenant tenant, string userId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var sessions = new List<UserSession>();
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, userId), cancel))
        {
            if (Read(row) is var session && now < session.ExpiresAt) sessions.Add(session);
        }
        return sessions;
    }

    /// <summary>At most so many of the user's entries that have not expired, by their ids, after the given one.</summary>
    public async Task<IReadOnlyList<UserSession>> List(Tenant tenant, string userId, string? after, int limit, CancellationToken cancel)
    {
        var (now, sessions) = (clock.GetUtcNow(), new List<UserSession>());
        var from = after is null ? "" : after + " ";
        await foreach (var row in table.Range(RowKeys.UserPartition(tenant.Id, userId), from, "~", limit, cancel))
        {
            if (Read(row) is var session && now < session.ExpiresAt) sessions.Add(session);
            if (sessions.Count == limit) break;
        }
        return sessions;
    }

    /// <summary>The entry of one session, or null.</summary>
    public async Task<UserSession?> Find(Session session, CancellationToken cancel) =>
        await table.Find(RowKeys.UserPartition(session.Tenant, session.UserId), session.Id, cancel) is { } row ? Read(row) : null;

    /// <summary>Removes an entry; the session itself is not touched.</summary>
    public Task Remove(Tenant tenant, string userId, string sessionId, CancellationToken cancel) => table.TryDelete(
        RowKeys.UserPartition(tenant.Id, userId), sessionId, cancel);

    /// <summary>
    /// Removes the entries of sessions that the user's marks have ended. Nothing depends on it, because the marks decide. A
    /// session that is starting now carries the new marks and stays.
    /// </summary>
    /// <returns>Those entries that had not expired.</returns>
    public async Task<IReadOnlyList<UserSession>> RemoveEnded(Tenant tenant, User user, CancellationToken cancel)
    {
        var state = user.State with { Disabled = false };
        var (ended, sessions, now) = (new List<TableTransactionAction>(), new List<UserSession>(), clock.GetUtcNow());
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, user.Id), cancel))
        {
            if (state.Keeps(row.GetInt64("UserMark"), row.GetDateTimeOffset("CreatedAt")!.Value)
                && state.KeepsApp(row.GetString("ClientId"), row.GetInt64("AppMark"))) continue;
            ended.Add(new(TableTransactionActionType.Delete, row, ETag.All));
            if (Read(row) is var session && now < session.ExpiresAt) sessions.Add(session);
        }
        // If somebody else has removed an entry of a batch, the batch fails and its entries stay until the next time.
        foreach (var batch in ended.Chunk(Table.MaxTransactionRows)) await table.TryTransact(batch, cancel);
        return sessions;
    }

    /// <summary>Removes all entries of a deleted user, expired ones too.</summary>
    public Task Forget(Tenant tenant, string userId, CancellationToken cancel) =>
        table.Clear(RowKeys.UserPartition(tenant.Id, userId), "", "~", cancel);

    static UserSession Read(TableEntity row) => new(row.RowKey, row.GetString("ClientId"), row.GetDateTimeOffset("CreatedAt")!.Value,
        row.GetDateTimeOffset("ExpiresAt")!.Value, new Device(row.GetString("UserAgent"), row.GetString("Address")),
        row.GetString("SignInId"));
}
