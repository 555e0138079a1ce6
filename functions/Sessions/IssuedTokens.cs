using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>
/// The records of all issued access tokens (SCHEMA.md, tables Sessions…). The last eight of a session are in
/// the session's partition, rotating; one that was exchanged is in a partition of that name in the table of its own expiry, and one without
/// a session in a partition of its own. The bucket, which is the day on which the rows expire, is part of the id.
/// </summary>
public sealed class IssuedTokens(StorageClients storage, TenantStore tenants, ClientStore clients, UserStore users, TimeProvider clock)
{
    // What decides about a token, of a session's row or of its own: every request with a token reads it.
    static readonly string[] Deciding =
    [
        "PartitionKey", "ClientId", "ClientIncarnation", "CodeExpiresAt", "CodeSpentAt", "CreatedAt", "IssuedAt", "RevokedAt",
        RevokedTokens.Column, "SourceToken", "SourceSubject", "SourceClient", "SourceSession", "UserMark", "AppMark",
    ];

    /// <summary>The tables of sessions and access tokens.</summary>
    public ExpiringTables Tables { get; } = new(storage.Tables, TableNames.Sessions);

    /// <summary>The row of a token. <paramref name="partition"/> is the session's id or the token's own, without its bucket.</summary>
    public static TableEntity Row(AccessToken token, string partition, DateTimeOffset issued, DateTimeOffset expires) =>
        new(RowKeys.SessionPartition(token.Tenant, partition), RowKeys.Token(token.TokenId))
        {
            ["Subject"] = token.Subject,
            ["ClientId"] = token.ClientId,
            ["Scope"] = token.Scope.ToString(),
            ["IssuedAt"] = issued,
            ["ExpiresAt"] = expires,
        };

    /// <summary>
    /// Refuses a token that was revoked, at once. It reads the one row that decides (the session's, or the token's own if it
    /// has no session) and beside it the user's state, which is at most 5 seconds old. A missing row counts as revoked.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="token">The verified token.</param>
    /// <param name="needed">The scope that the token must still have, or null.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="Problem">401 <c>invalid_token</c>; 403 <c>insufficient_scope</c>: the user's roles no longer allow it.</exception>
    public async Task EnsureLive(Tenant tenant, AccessToken token, string? needed, CancellationToken cancel)
    {
        var remaining = await LiveScope(tenant, token, cancel) ?? throw Problem.Unauthorized("The access token has been revoked.");
        if (needed is not null && !remaining.Has(needed)) throw Problem.InsufficientScope(needed);
    }

    /// <summary>
    /// The scope that a token still has: its own, limited to what its API still has and, for Latchkey's own scopes, to what the user's
    /// roles allow now. Null if the token is dead, and so it is once its API is deleted.
    /// </summary>
    public async Task<Scope?> LiveScope(Tenant tenant, AccessToken token, CancellationToken cancel)
    {
        if (await clients.Find(tenant, token.ClientId, cancel) is not { } client) return null;
        if (BucketId.ParseId(token.SessionId ?? token.TokenId) is not (var bucket, var id)) return null;
        var readRow = Tables.For(bucket).Find(
            RowKeys.SessionPartition(token.Tenant, id),
            token.SessionId is null ? RowKeys.Token(token.TokenId) : RowKeys.Session, Deciding, cancel);
        var readUser = token.SessionId is null ? null : users.FindState(tenant.Id, token.Subject, cancel);
        await Task.WhenAll([readRow, .. readUser is null ? [] : (Task[])[readUser]]);
        // A session whose code was not redeemed has no tokens.
        if (await readRow is not { } row || (row["CodeExpiresAt"] is not null && row["CodeSpentAt"] is null)) return null;
        if (token.SessionId is not null && row.GetString("ClientId") is { } signedInTo && signedInTo != token.ClientId)
        {
            if (!await IsExchangerLive(tenant, client, token, row.PartitionKey, cancel)) return null;
            if (await clients.Find(tenant, signedInTo, cancel) is not { } app) return null;
            client = app;
        }
        var incarnation = row.GetString("ClientIncarnation") ?? "";
        client = await clients.Current(tenant, client, incarnation, cancel);
        var startedAt = row.GetDateTimeOffset(token.SessionId is null ? "IssuedAt" : "CreatedAt") ?? DateTimeOffset.MinValue;
        if (client.Incarnation != incarnation || tenant.HasEnded(client, startedAt)) return null;
        if (row["RevokedAt"] is not null || RevokedTokens.Of(row).Has(token.TokenId) || !await IsSourceLive(row, cancel)) return null;
        if (ApiOf(tenant, token) is not { } api) return null;
        if (readUser is null) return api.IsRegistered ? token.Scope.Intersect(api.Scope) : token.Scope;
        var user = await readUser;
        // Marks only grow. A session with a newer one was kept when all others were ended, and the cache does not know it yet.
        if (user?.Mark < row.GetInt64("UserMark")) user = await users.FindStateNow(tenant.Id, token.Subject, cancel);
        if (user?.Keeps(row.GetInt64("UserMark"), startedAt) is not true || !user.KeepsApp(client.Id, row.GetInt64("AppMark")))
            return null;
        return token.Scope.Intersect(api.IsRegistered ? api.Scope
            : Scope.Of([.. Scopes.OfAnyUser.Tokens, .. tenant.Rights(user.Roles).Tokens]));
    }

    // A token that an API traded (RFC 8693) dies with the user's session with an app, and with the API's own client: its record says
    // which incarnation of that client it was.
    async Task<bool> IsExchangerLive(Tenant tenant, Client client, AccessToken token, string partition, CancellationToken cancel)
    {
        if (BucketId.ParseId(token.TokenId) is not (var bucket, _)) return false;
        if (await Tables.For(bucket).Find(partition, RowKeys.Token(token.TokenId), cancel) is not { } record) return false;
        if (record.ContainsKey("RevokedAt")) return false;
        var incarnation = record.GetString("ClientIncarnation") ?? "";
        client = await clients.Current(tenant, client, incarnation, cancel);
        return client.Incarnation == incarnation
            && !tenant.HasEnded(client, record.GetDateTimeOffset("IssuedAt") ?? DateTimeOffset.MinValue);
    }

    // An operator's token that another one depends on is known by its record only, which does not say its audience.
    static Api? ApiOf(Tenant tenant, AccessToken token)
    {
        if (token.Audience.Length == 0) return Api.Own(tenant);
        // iat has whole seconds.
        return tenant.ApiAt(token.Audience) is { } api && token.IssuedAt.AddSeconds(1) > api.CreatedAt ? api : null;
    }

    /// <summary>Ties a token to the operator's token that it was obtained with: it dies with that token.</summary>
    public static void Bind(TableEntity row, AccessToken source) =>
        (row["SourceClient"], row["SourceSession"], row["SourceToken"], row["SourceSubject"]) =
        (source.ClientId, source.SessionId, source.TokenId, source.Subject);

    // Whoever has lost the role of operator is out of every tenant.
    async Task<bool> IsSourceLive(TableEntity row, CancellationToken cancel)
    {
        if (row.GetString("SourceToken") is not { } id) return true;
        var source = new AccessToken(Tenant.Operator, row.GetString("SourceSubject") ?? "", row.GetString("SourceClient"),
            Scope.Of(Scopes.Operator), id, row.GetString("SourceSession"));
        return await tenants.Find(Tenant.Operator, cancel) is { } operators
            && await LiveScope(operators, source, cancel) is { IsEmpty: false };
    }

    /// <summary>
    /// Revokes one access token; its session goes on. The session's row keeps the list of revoked tokens, so that one point
    /// read still decides. A token without a row is dead already.
    /// </summary>
    public async Task Revoke(AccessToken token, CancellationToken cancel)
    {
        if (BucketId.ParseId(token.SessionId ?? token.TokenId) is not (var bucket, var id)) return;
        var (table, partition) = (Tables.For(bucket), RowKeys.SessionPartition(token.Tenant, id));
        var now = clock.GetUtcNow();
        if (token.SessionId is null)
        {
            await table.TryMerge(new TableEntity(partition, RowKeys.Token(token.TokenId)) { ["RevokedAt"] = now }, cancel);
            return;
        }
        // Refreshes and other revocations may come first. It must succeed: no bound on the attempts.
        var isExchanged = false;
        await OptimisticUpdate.Run(() => table.Find(partition, RowKeys.Session, cancel), session =>
        {
            isExchanged = session.GetString("ClientId") is { } app && app != token.ClientId;
            if (isExchanged) return null;
            RevokedTokens.Of(session).With(token, now).Write(session, now);
            return session;
        }, session => table.TryReplace(session, cancel), maxAttempts: int.MaxValue);
        // An API that ends its exchanged tokens must not fill the app's list: a session whose list is full ends.
        if (isExchanged && BucketId.ParseId(token.TokenId) is (var day, _))
            await Tables.For(day).TryMerge(new TableEntity(partition, RowKeys.Token(token.TokenId)) { ["RevokedAt"] = now }, cancel);
    }
}
