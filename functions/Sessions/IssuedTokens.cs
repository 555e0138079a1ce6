using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>
/// The record of every access token issued (SCHEMA.md, tables Sessions…). A token of a session lies in the session's
/// partition, any other in one of its own; the expiry bucket is in the id.
/// </summary>
public sealed class IssuedTokens(StorageClients storage, TenantStore tenants, ClientStore clients, UserStore users, TimeProvider clock)
{
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

    /// <summary>Splits an id <c>{bucket}.{id}</c>; false if it has another shape.</summary>
    public static bool TrySplit(string bucketed, out string bucket, out string id)
    {
        (bucket, id) = BucketId.Parse(bucketed) is { } parsed ? (parsed.Bucket, parsed.Key) : ("", "");
        return Ids.IsId(id);
    }

    /// <summary>
    /// Honours a revocation at once: reads the one row that decides, which is the session's or, without a session, the
    /// token's own, and beside it the user's state, which is 5 seconds old at most. A row that is not there is a no.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="token">The token, verified.</param>
    /// <param name="needed">The scope that must be left of it, or null.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="Problem">401 <c>invalid_token</c>; 403 <c>insufficient_scope</c>: the user's roles no longer give it.</exception>
    public async Task EnsureLive(Tenant tenant, AccessToken token, string? needed, CancellationToken cancel)
    {
        var left = await LiveScope(tenant, token, cancel) ?? throw Problem.Unauthorized("The access token has been revoked.");
        if (needed is not null && !left.Has(needed)) throw Problem.InsufficientScope(needed);
    }

    /// <summary>What a token may still do: its scope, within what the user's roles give now; null if it is dead.</summary>
    public async Task<Scope?> LiveScope(Tenant tenant, AccessToken token, CancellationToken cancel)
    {
        if (await clients.Find(tenant, token.ClientId, cancel) is not { } client) return null;
        if (!TrySplit(token.SessionId ?? token.TokenId, out var bucket, out var id)) return null;
        var finding = Tables.For(bucket).Find(
            RowKeys.SessionPartition(token.Tenant, id),
            token.SessionId is null ? RowKeys.Token(token.TokenId) : RowKeys.Session, cancel);
        var asking = token.SessionId is null ? null : users.FindState(tenant.Id, token.Subject, cancel);
        await Task.WhenAll([finding, .. asking is null ? [] : (Task[])[asking]]);
        // A session whose code is not redeemed has no tokens.
        if (await finding is not { } row || (row.ContainsKey("CodeExpiresAt") && !row.ContainsKey("CodeSpentAt"))) return null;
        var incarnation = row.GetString("ClientIncarnation") ?? "";
        client = await clients.Current(tenant, client, incarnation, cancel);
        var begun = row.GetDateTimeOffset(token.SessionId is null ? "IssuedAt" : "CreatedAt") ?? DateTimeOffset.MinValue;
        if (client.Incarnation != incarnation || tenant.HasEnded(client, begun)) return null;
        if (row.ContainsKey("RevokedAt") || RevokedTokens.Of(row).Has(token.TokenId) || !await IsSourceLive(row, cancel)) return null;
        if (asking is null) return token.Scope;
        return await asking is { } user && user.Keeps(row.GetInt64("UserMark"), begun) && user.KeepsApp(token.ClientId, row.GetInt64("AppMark"))
            ? token.Scope.Intersect(Scope.Of([.. Scopes.OpenIdConnect.Tokens, .. tenant.Rights(user.Roles).Tokens])) : null;
    }

    /// <summary>Makes a token's row say that the token was got with an operator's, with which it dies.</summary>
    public static void Bind(TableEntity row, AccessToken source) =>
        (row["SourceClient"], row["SourceSession"], row["SourceToken"], row["SourceSubject"]) =
        (source.ClientId, source.SessionId, source.TokenId, source.Subject);

    // Its source is live if it is an operator's still: whoever was unroled is out of every tenant.
    async Task<bool> IsSourceLive(TableEntity row, CancellationToken cancel)
    {
        if (row.GetString("SourceToken") is not { } id) return true;
        var source = new AccessToken(Tenant.Operator, row.GetString("SourceSubject") ?? "", row.GetString("SourceClient"),
            Scope.Of(Scopes.Operator), id, row.GetString("SourceSession"));
        return await tenants.Find(Tenant.Operator, cancel) is { } operators
            && await LiveScope(operators, source, cancel) is { IsEmpty: false };
    }

    /// <summary>
    /// Revokes one access token; its session lives on. The session's row keeps the list, so that the one point read
    /// above still decides. A token whose row is gone is dead already.
    /// </summary>
    public async Task Revoke(AccessToken token, CancellationToken cancel)
    {
        if (!TrySplit(token.SessionId ?? token.TokenId, out var bucket, out var id)) return;
        var (table, partition) = (Tables.For(bucket), RowKeys.SessionPartition(token.Tenant, id));
        var now = clock.GetUtcNow();
        if (token.SessionId is null)
        {
            await table.TryMerge(new TableEntity(partition, RowKeys.Token(token.TokenId)) { ["RevokedAt"] = now }, cancel);
            return;
        }
        while (await table.Find(partition, RowKeys.Session, cancel) is { } session)
        {
            RevokedTokens.Of(session).With(token, now).Write(session, now);
            if (await table.TryReplace(session, cancel)) return; // Else a refresh or another revocation came between.
        }
    }
}
