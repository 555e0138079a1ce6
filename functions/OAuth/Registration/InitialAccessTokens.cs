using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>An initial access token as its operator sees it, without the token itself.</summary>
/// <param name="Id">The id to revoke it by.</param>
/// <param name="UsesLeft">How many more apps can be registered with it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it expires.</param>
public sealed record InitialToken(string Id, int UsesLeft, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Initial access tokens (RFC 7591 §1.2 and §3; SCHEMA.md, tables InitialTokens…): an operator gives one to a
/// developer, who registers apps with it. It is random, only its hash is stored, and its uses and lifetime are limited.
/// </summary>
public sealed class InitialAccessTokens(StorageClients storage, TimeProvider clock)
{
    readonly ExpiringTables tables = new(storage.Tables, TableNames.InitialTokens);

    /// <summary>Makes a token, <c>{bucket}.{secret}</c>. It can't be read again.</summary>
    /// <param name="tenant">The tenant in which clients can be registered with it.</param>
    /// <param name="uses">How many clients can be registered with it; at least 1.</param>
    /// <param name="life">How long it is valid.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="uses"/> or <paramref name="life"/> is not positive.</exception>
    public async Task<string> Create(Tenant tenant, int uses, TimeSpan life, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(uses, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(life, TimeSpan.Zero);
        var now = clock.GetUtcNow();
        var bucket = ExpiringTables.Bucket(now + life);
        var token = $"{bucket}.{Ids.NewSecret()}";
        await tables.For(bucket).Put(new TableEntity(RowKeys.InitialToken(tenant.Id, token), RowKeys.InitialTokenRow)
        {
            ["UsesLeft"] = uses,
            ["CreatedAt"] = now,
            ["ExpiresAt"] = now + life,
        }, cancel);
        return token;
    }

    const int IdHashChars = 24;

    /// <summary>The id of a token, which does not reveal the token: its bucket and the start of its hash.</summary>
    public static string IdOf(string token) => $"{BucketOf(token)}.{Ids.Hash(token)[..IdHashChars]}";

    /// <summary>The tenant's tokens that can be used now, ordered by the day on which they expire.</summary>
    public async Task<IReadOnlyList<InitialToken>> List(Tenant tenant, CancellationToken cancel)
    {
        var found = new List<InitialToken>();
        foreach (var bucket in await tables.Buckets(cancel))
        {
            await foreach (var row in Rows(tenant, bucket, "", cancel))
            {
                var hash = row.PartitionKey[RowKeys.InitialTokens(tenant.Id, "").Length..];
                var token = new InitialToken($"{bucket}.{hash[..IdHashChars]}", row.GetInt32("UsesLeft")!.Value,
                    row.GetDateTimeOffset("CreatedAt")!.Value, row.GetDateTimeOffset("ExpiresAt")!.Value);
                if (token.UsesLeft > 0 && clock.GetUtcNow() < token.ExpiresAt) found.Add(token);
            }
        }
        return found;
    }

    /// <summary>Revokes a token; false if no token has this id.</summary>
    public async Task<bool> TryRevoke(Tenant tenant, string id, CancellationToken cancel)
    {
        if (BucketId.Parse(id) is not (var bucket, { Length: IdHashChars } hash) || !hash.All(char.IsAsciiHexDigitLower)) return false;
        await foreach (var row in Rows(tenant, bucket, hash, cancel))
        {
            row.ETag = Azure.ETag.All;
            return await tables.For(bucket).TryDelete(row, cancel);
        }
        return false;
    }

    IAsyncEnumerable<TableEntity> Rows(Tenant tenant, string bucket, string hash, CancellationToken cancel)
    {
        var from = RowKeys.InitialTokens(tenant.Id, hash);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey ge {from} and PartitionKey lt {from + "~"} and RowKey eq {RowKeys.InitialTokenRow}");
        return tables.For(bucket).Query(filter, null, cancel);
    }

    /// <summary>True if the token can be used now.</summary>
    public async Task<bool> IsGood(Tenant tenant, string token, CancellationToken cancel) =>
        await Find(tenant, token, cancel) is not null;

    /// <summary>Uses a token once; false if no use is left, even if several callers try at once.</summary>
    public async Task<bool> TrySpend(Tenant tenant, string token, CancellationToken cancel) =>
        await OptimisticUpdate.Run(() => Find(tenant, token, cancel), row =>
        {
            row["UsesLeft"] = row.GetInt32("UsesLeft") - 1;
            return row;
        }, row => tables.For(BucketOf(token)).TryReplace(row, cancel), maxAttempts: int.MaxValue) is not null;

    async Task<TableEntity?> Find(Tenant tenant, string token, CancellationToken cancel)
    {
        if (BucketId.Parse(token) is not { } id) return null;
        var row = await tables.For(id.Bucket)
            .Find(RowKeys.InitialToken(tenant.Id, token), RowKeys.InitialTokenRow, cancel);
        return row?.GetInt32("UsesLeft") > 0 && clock.GetUtcNow() < row.GetDateTimeOffset("ExpiresAt") ? row : null;
    }

    static string BucketOf(string token) => BucketId.Parse(token)!.Value.Bucket;
}
