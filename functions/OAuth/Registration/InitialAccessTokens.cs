using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Registration;

/// <summary>
/// Initial access tokens (RFC 7591 §1.2 and §3; SCHEMA.md, tables InitialTokens…): an operator hands one to a developer,
/// who registers apps with it. It is random, only its hash is stored, and it is good for some uses and some time.
/// </summary>
public sealed class InitialAccessTokens(StorageClients storage, TimeProvider clock)
{
    /// <summary>The tables of the tokens.</summary>
    public ExpiringTables Tables { get; } = new(storage.Tables, "InitialTokens");

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
        if (!ExpiringTables.IsBucket(BucketOf(token))) return null;
        var row = await Tables.For(BucketOf(token))
            .Find(RowKeys.InitialToken(tenant.Id, token), RowKeys.InitialTokenRow, cancel);
        return row?.GetInt32("UsesLeft") > 0 && clock.GetUtcNow() < row.GetDateTimeOffset("ExpiresAt") ? row : null;
    }

    static string BucketOf(string token) => token.Split('.') is [var bucket, _] ? bucket : "";
}
