using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Sessions;

/// <summary>
/// Sessions (SCHEMA.md, tables Sessions…). A session's row and the records of its access tokens share one partition,
/// so that a token is recorded in the same entity-group transaction that rotates the refresh token.
/// </summary>
public sealed class SessionStore(IssuedTokens issued, TimeProvider clock)
{
    /// <summary>The session, or null.</summary>
    public async Task<Session?> Find(string tenant, string id, CancellationToken cancel)
    {
        if (!IssuedTokens.TrySplit(id, out var bucket, out var own)) return null;
        var row = await issued.Tables.For(bucket).Find(RowKeys.SessionPartition(tenant, own), RowKeys.Session, cancel);
        return row is null ? null : SessionRow.Read(tenant, id, row);
    }

    /// <summary>Writes a new session and its first access token. The id is fresh, so a retry after a lost answer writes the same again.</summary>
    public async Task Create(Session session, TableEntity token, CancellationToken cancel)
    {
        if (!await Transact(session, TableTransactionActionType.UpsertReplace, token, cancel))
            throw new RequestFailedException("Storage refused a new session.");
    }

    /// <summary>Writes a session that waits for its code; false if it is there already, in whatever state.</summary>
    public Task<bool> TryAdd(Session session, CancellationToken cancel) =>
        TableOf(session.Id).TryAdd(SessionRow.Of(session), cancel);

    /// <summary>
    /// Writes the session's next state (a rotation, or one retry more) and an access token; false if somebody else changed it first. A merge, so that
    /// columns which are not the session's own, such as the list of its revoked access tokens, stay.
    /// </summary>
    public Task<bool> TryRotate(Session next, TableEntity token, CancellationToken cancel) =>
        Transact(next, TableTransactionActionType.UpdateMerge, token, cancel);

    /// <summary>Records an access token of a session as it is.</summary>
    public Task AddToken(Session session, TableEntity token, CancellationToken cancel) =>
        TableOf(session.Id).Put(token, cancel);

    /// <summary>
    /// Ends the session: its refresh tokens and access tokens are dead at once. Whatever state it is in, this wins; false
    /// if there is no such session.
    /// </summary>
    public Task<bool> Revoke(string tenant, string id, string reason, CancellationToken cancel) =>
        TableOf(id).TryMerge(new TableEntity(RowKeys.SessionPartition(tenant, Session.WithoutBucket(id)), RowKeys.Session)
        {
            ["RevokedAt"] = clock.GetUtcNow(),
            ["RevokedBecause"] = reason,
        }, cancel);

    /// <summary>
    /// The tenant's sessions, or a client's, those that end first at the front. It looks through the tenant's part of
    /// each day's table, because no index leads here: for administration only.
    /// </summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="clientId">The client, or null for all.</param>
    /// <param name="after">The id to go on after, or null.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<Session>> List(string tenant, string? clientId, string? after, int limit, CancellationToken cancel)
    {
        var found = new List<Session>();
        var (startBucket, startId) = after is not null && IssuedTokens.TrySplit(after, out var bucket, out var id) ? (bucket, id) : ("", "");
        foreach (var day in await issued.Tables.Buckets(cancel))
        {
            if (string.CompareOrdinal(day, startBucket) < 0) continue;
            var from = RowKeys.SessionPartition(tenant, day == startBucket ? startId : "");
            var filter = TableClient.CreateQueryFilter(
                $"PartitionKey gt {from} and PartitionKey lt {RowKeys.SessionPartition(tenant, "~")} and RowKey eq {RowKeys.Session}");
            if (clientId is not null) filter += TableClient.CreateQueryFilter($" and ClientId eq {clientId}");
            await foreach (var row in issued.Tables.For(day).Query(filter, limit, cancel))
            {
                found.Add(SessionRow.Read(tenant, $"{day}.{row.PartitionKey[RowKeys.SessionPartition(tenant, "").Length..]}", row));
                if (found.Count == limit) return found;
            }
        }
        return found;
    }

    Table TableOf(string id) => issued.Tables.For(BucketId.Parse(id)!.Value.Bucket);

    Task<bool> Transact(Session session, TableTransactionActionType write, TableEntity token, CancellationToken cancel) =>
        TableOf(session.Id).TryTransact(
        [
            new(write, SessionRow.Of(session), session.ETag),
            new(TableTransactionActionType.UpsertReplace, token),
        ], cancel);
}
