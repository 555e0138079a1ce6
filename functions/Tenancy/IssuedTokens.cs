using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// The record of every access token issued (SCHEMA.md, tables Sessions…). A token of a session lies in the session's
/// partition, any other in one of its own; the expiry bucket is in the id.
/// </summary>
public sealed class IssuedTokens(StorageClients storage)
{
    /// <summary>The tables of sessions and access tokens.</summary>
    public ExpiringTables Tables { get; } = new(storage.Tables, "Sessions");

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
        (bucket, id) = bucketed.Split('.') is [var b, var i] ? (b, i) : ("", "");
        return ExpiringTables.IsBucket(bucket) && Ids.IsId(id);
    }

    /// <summary>
    /// Honours a revocation at once: reads the one row that decides, which is the session's or, without a session, the
    /// token's own. A row that is not there is a no.
    /// </summary>
    /// <exception cref="Problem">401 <c>invalid_token</c>.</exception>
    public async Task EnsureLive(AccessToken token, CancellationToken cancel)
    {
        if (!TrySplit(token.SessionId ?? token.TokenId, out var bucket, out var id)) throw Revoked();
        var row = await Tables.For(bucket).Find(
            RowKeys.SessionPartition(token.Tenant, id),
            token.SessionId is null ? RowKeys.Token(token.TokenId) : RowKeys.Session, cancel);
        if (row is null || row.ContainsKey("RevokedAt")) throw Revoked();
        if (row.ContainsKey("CodeExpiresAt") && !row.ContainsKey("CodeSpentAt")) throw Revoked(); // Its code is not redeemed: it has no tokens.
    }

    static Problem Revoked() => Problem.Unauthorized("The access token has been revoked.");
}
