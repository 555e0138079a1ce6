using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Sessions;

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
    /// Writes the session's next state and an access token; false if somebody else changed it first. A merge, so that
    /// columns which are not the session's own, such as the list of its revoked access tokens, stay.
    /// </summary>
    public Task<bool> TryRotate(Session next, TableEntity token, CancellationToken cancel) =>
        Transact(next, TableTransactionActionType.UpdateMerge, token, cancel);

    /// <summary>Records one more access token of a session as it is.</summary>
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

    Table TableOf(string id) => issued.Tables.For(id[..id.IndexOf('.', StringComparison.Ordinal)]);

    Task<bool> Transact(Session session, TableTransactionActionType write, TableEntity token, CancellationToken cancel) =>
        TableOf(session.Id).TryTransact(
        [
            new(write, SessionRow.Of(session), session.ETag),
            new(TableTransactionActionType.UpsertReplace, token),
        ], cancel);
}
