using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>
/// Sessions (SCHEMA.md, tables Sessions…). A session's row and the records of its access tokens share one partition, so
/// that rotating the refresh token and recording the access token are one entity-group transaction.
/// </summary>
public sealed class SessionStore(IssuedTokens issuedTokens, Outbox outbox, ConnectionClosings closings, TimeProvider clock)
{
    // Each day costs a request, even without sessions: this bounds how long one page takes.
    const int MaxDaysAtOnce = 31;

    /// <summary>Why a session ends of which somebody has used an old refresh token (RFC 9700 §4.14.2).</summary>
    public const string RefreshReused = "refresh token reused";

    /// <summary>The session, or null.</summary>
    public async Task<Session?> Find(string tenant, string id, CancellationToken cancel)
    {
        if (BucketId.ParseId(id) is not (var bucket, var partition)) return null;
        var row = await issuedTokens.Tables.For(bucket).Find(RowKeys.SessionPartition(tenant, partition), RowKeys.Session, cancel);
        return row is null ? null : SessionRow.Read(tenant, id, row);
    }

    /// <summary>
    /// Writes a new session and its first access token. The id is new, so a retry after a lost answer writes the same rows
    /// again.
    /// </summary>
    public async Task Create(Tenant tenant, Session session, TableEntity token, CancellationToken cancel)
    {
        if (!await Transact(tenant, session, [Started(session)], TableTransactionActionType.UpsertReplace, token, cancel))
            throw new RequestFailedException("Storage refused a new session.");
    }

    /// <summary>Writes a session that waits for its code; false if it exists already, in whatever state.</summary>
    public Task<bool> TryAdd(Session session, CancellationToken cancel) =>
        TableOf(session.Id).TryAdd(SessionRow.Of(session), cancel);

    /// <summary>
    /// Writes the session's next state (a rotation, or one more retry) and an access token; false if somebody else changed
    /// the session first. It is a merge, so that columns that <see cref="Session"/> does not have, such as the list of
    /// revoked access tokens, stay.
    /// </summary>
    public Task<bool> TryRotate(Tenant tenant, Session next, TableEntity token, CancellationToken cancel) =>
        Transact(tenant, next, [], TableTransactionActionType.UpdateMerge, token, cancel);

    /// <summary>The same for a session that has waited for its code and starts now.</summary>
    public Task<bool> TryStart(Tenant tenant, Session next, TableEntity token, CancellationToken cancel) =>
        Transact(tenant, next, [Started(next)], TableTransactionActionType.UpdateMerge, token, cancel);

    /// <summary>Records an access token of a session without changing the session.</summary>
    public Task AddToken(Session session, TableEntity token, CancellationToken cancel) =>
        TableOf(session.Id).Put(token, cancel);

    /// <summary>
    /// Ends the session: its refresh tokens and access tokens are dead at once. It wins over every other change; false if
    /// the session does not exist. To end a session that a user sees in a list, use <see cref="SessionRevocation"/>.
    /// </summary>
    public Task<bool> Revoke(Tenant tenant, string userId, string id, string reason, CancellationToken cancel) =>
        Around(tenant, userId, () => End(tenant, userId, id, reason, cancel), cancel);

    /// <summary>The same for several sessions of a user.</summary>
    public Task Revoke(Tenant tenant, string userId, IReadOnlyCollection<string> ids, string reason, CancellationToken cancel) =>
        Around(tenant, userId, () => Task.WhenAll(ids.Select(id => End(tenant, userId, id, reason, cancel))), cancel);

    // All of the user's connections for messages: a client could leave a group of its session's. They end within the hour if the queue does
    // not respond, and what the caller has still to do does not wait for it.
    Task<T> Around<T>(Tenant tenant, string userId, Func<Task<T>> change, CancellationToken cancel) =>
        closings.Around(tenant, ClosingKind.User, [userId], change, cancel, isLateEnough: true);

    Task<bool> End(Tenant tenant, string userId, string id, string reason, CancellationToken cancel)
    {
        var row = new TableEntity(RowKeys.SessionPartition(tenant.Id, Session.WithoutBucket(id)), RowKeys.Session)
        {
            ["RevokedAt"] = clock.GetUtcNow(),
            ["RevokedBecause"] = reason,
        };
        return outbox.TryTransact(tenant, NameOf(id), [new(TableTransactionActionType.UpdateMerge, row, ETag.All)],
            Ended(userId, id, reason), cancel);
    }

    /// <summary>Deletes the session's row; the records of its access tokens, which name nobody, stay until their day is over.</summary>
    public Task Delete(string tenant, string id, CancellationToken cancel) =>
        TableOf(id).TryDelete(RowKeys.SessionPartition(tenant, Session.WithoutBucket(id)), RowKeys.Session, cancel);

    /// <summary>Gives the session its user's new mark, with which it goes on after all others were ended; false if it does not
    /// exist.</summary>
    public Task<bool> TryMark(Session session, long mark, CancellationToken cancel) =>
        TableOf(session.Id)
            .TryMerge(new TableEntity(RowKeys.SessionPartition(session.Tenant, Session.WithoutBucket(session.Id)), RowKeys.Session)
            {
                ["UserMark"] = mark,
            }, cancel);

    /// <summary>
    /// A page of the sessions of a tenant or of one client, ordered by the day on which they end, and where the next begins. No index
    /// serves this: it reads the tenant's part of each day's table, and is for administration only. A page may be short, even empty,
    /// and have a next one.
    /// </summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="clientId">The client, or null for all clients.</param>
    /// <param name="after">Where the page begins, or null.</param>
    /// <param name="limit">How many sessions at most.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<(IReadOnlyList<Session> Sessions, string? Next)> Page(
        string tenant, string? clientId, string? after, int limit, CancellationToken cancel)
    {
        var found = new List<Session>();
        var (startDay, startId) = BucketId.Parse(after) is { } start && (start.Key.Length == 0 || Ids.IsId(start.Key)) ? start
            : new("", "");
        var days = (await issuedTokens.Tables.Buckets(cancel)).Where(day => string.CompareOrdinal(day, startDay) >= 0).ToList();
        foreach (var day in days.Take(MaxDaysAtOnce))
        {
            var from = RowKeys.SessionPartition(tenant, day == startDay ? startId : "");
            var filter = TableClient.CreateQueryFilter(
                $"PartitionKey gt {from} and PartitionKey lt {RowKeys.SessionPartition(tenant, "~")} and RowKey eq {RowKeys.Session}");
            if (clientId is not null) filter += TableClient.CreateQueryFilter($" and ClientId eq {clientId}");
            await foreach (var row in issuedTokens.Tables.For(day).Query(filter, limit + 1, cancel))
            {
                if (found.Count == limit) return (found, found[^1].Id);
                found.Add(SessionRow.Read(tenant, $"{day}.{row.PartitionKey[RowKeys.SessionPartition(tenant, "").Length..]}", row));
            }
        }
        return (found, days.Count > MaxDaysAtOnce ? $"{days[MaxDaysAtOnce]}." : null);
    }

    Table TableOf(string id) => issuedTokens.Tables.For(BucketId.Parse(id)!.Value.Bucket);

    static string NameOf(string id) => TableNames.Sessions + BucketId.Parse(id)!.Value.Bucket;

    static IEnumerable<TenantEvent> Ended(string userId, string id, string reason)
    {
        yield return new(EventTypes.SessionEnded, ("userId", userId), ("sessionId", id), ("reason", reason));
        if (reason == RefreshReused) yield return new(EventTypes.RefreshReused, ("userId", userId), ("sessionId", id));
    }

    static TenantEvent Started(Session session) => new(EventTypes.SessionStarted,
        ("userId", session.UserId), ("sessionId", session.Id), ("clientId", session.ClientId));

    Task<bool> Transact(Tenant tenant, Session session, IEnumerable<TenantEvent> events, TableTransactionActionType write,
        TableEntity token, CancellationToken cancel) => outbox.TryTransact(tenant, NameOf(session.Id),
        [
            new(write, SessionRow.ChangesOf(session), session.ETag),
            new(TableTransactionActionType.UpsertReplace, token),
        ], events, cancel);
}
