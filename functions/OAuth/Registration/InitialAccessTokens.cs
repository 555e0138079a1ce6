using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>An initial access token as its operator sees it: never the token.</summary>
/// <param name="Id">What to revoke it by.</param>
/// <param name="UsesLeft">How many apps may be registered with it yet.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">It is no good from then on.</param>
public sealed record InitialToken(string Id, int UsesLeft, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Initial access tokens (RFC 7591 §1.2 and §3; SCHEMA.md, tables InitialTokens…): an operator hands one to a developer,
/// who registers apps with it. It is random, only its hash is stored, and it is good for some uses and some time.
/// </summary>
public sealed class InitialAccessTokens(StorageClients storage, TimeProvider clock)
{
    /// <summary>The tables of the tokens.</summary>
    public ExpiringTables Tables { get; } = new(storage.Tables, TableNames.InitialTokens);

    /// <summary>Makes a token, <c>{bucket}.{secret}</c>, and says it this once.</summary>
    /// <param name="tenant">The tenant whose clients may be registered with it.</param>
    /// <param name="uses">How many may be; at least 1.</param>
    /// <param name="life">How long it is good.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">No use or no time.</exception>
    public async Task<string> Create(Tenant tenant, int uses, TimeSpan life, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(uses, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(life, TimeSpan.Zero);
        var now = clock.GetUtcNow();
        var bucket = ExpiringTables.Bucket(now + life);
        var token = $"{bucket}.{Ids.NewSecret()}";
        await Tables.For(bucket).Put(new TableEntity(RowKeys.InitialToken(tenant.Id, token), RowKeys.InitialTokenRow)
        {
            ["UsesLeft"] = uses,
            ["CreatedAt"] = now,
            ["ExpiresAt"] = now + life,
        }, cancel);
        return token;
    }

    const int IdHashChars = 24;

    /// <summary>What a token is called without being said: its bucket and the start of its hash.</summary>
    public static string IdOf(string token) => $"{BucketOf(token)}.{Ids.Hash(token)[..IdHashChars]}";

    /// <summary>The tenant's tokens that could be spent now, those that expire first at the front.</summary>
    public async Task<IReadOnlyList<InitialToken>> List(Tenant tenant, CancellationToken cancel)
    {
        var found = new List<InitialToken>();
        foreach (var bucket in await Tables.Buckets(cancel))
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

    /// <summary>Ends a token; false if there is none of this id.</summary>
    public async Task<bool> TryRevoke(Tenant tenant, string id, CancellationToken cancel)
    {
        if (BucketId.Parse(id) is not (var bucket, { Length: IdHashChars } hash) || !hash.All(char.IsAsciiHexDigitLower)) return false;
        await foreach (var row in Rows(tenant, bucket, hash, cancel))
        {
            row.ETag = Azure.ETag.All;
            return await Tables.For(bucket).TryDelete(row, cancel);
        }
        return false;
    }

    IAsyncEnumerable<TableEntity> Rows(Tenant tenant, string bucket, string hash, CancellationToken cancel)
    {
        var from = RowKeys.InitialTokens(tenant.Id, hash);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {from} and PartitionKey lt {from + "~"} and RowKey eq {RowKeys.InitialTokenRow}");
        return Tables.For(bucket).Query(filter, null, cancel);
    }

    /// <summary>True if the token could be spent now.</summary>
    public async Task<bool> IsGood(Tenant tenant, string token, CancellationToken cancel) =>
        await Find(tenant, token, cancel) is not null;

    /// <summary>Spends one use; false if none is left, even if many try at once.</summary>
    public async Task<bool> TrySpend(Tenant tenant, string token, CancellationToken cancel)
    {
        while (await Find(tenant, token, cancel) is { } row)
        {
            row["UsesLeft"] = row.GetInt32("UsesLeft") - 1;
            if (await Tables.For(BucketOf(token)).TryReplace(row, cancel)) return true; // Else another use came between.
        }
        return false;
    }

    async Task<TableEntity?> Find(Tenant tenant, string token, CancellationToken cancel)
    {
        if (BucketId.Parse(token) is not { } id) return null;
        var row = await Tables.For(id.Bucket)
            .Find(RowKeys.InitialToken(tenant.Id, token), RowKeys.InitialTokenRow, cancel);
        return row?.GetInt32("UsesLeft") > 0 && clock.GetUtcNow() < row.GetDateTimeOffset("ExpiresAt") ? row : null;
    }

    static string BucketOf(string token) => BucketId.Parse(token)!.Value.Bucket;
}
