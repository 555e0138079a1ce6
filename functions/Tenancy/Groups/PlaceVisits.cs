using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Who is at which place (SCHEMA.md, tables Visits…): only that a user belongs to the place's group, and until when. Where the user is
/// exactly is not kept.
/// </summary>
public sealed class PlaceVisits(StorageClients storage, TimeProvider clock)
{
    /// <summary>How long a position can count, in minutes: until tomorrow at most, so that two tables are all there is to read.</summary>
    public const int MaxMinutes = 24 * 60;

    readonly ExpiringTables tables = new(storage.Tables, TableNames.Visits);

    /// <summary>By group, until when the user is at these places. Without a place it reads nothing.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> Of(
        string tenant, string userId, IReadOnlyList<GroupRule> rules, CancellationToken cancel)
    {
        var untils = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        if (rules.Count == 0) return untils;
        var now = clock.GetUtcNow();
        foreach (var (_, row) in await RowsByBucket(tenant, userId, rules, cancel))
        {
            var rule = rules.FirstOrDefault(rule => RowKeys.Visit(rule.Group) == row.RowKey);
            if (rule is null || rule.Version != row.GetString("Version")) continue;
            var until = row.GetDateTimeOffset("Until")!.Value;
            if (until > now && until > untils.GetValueOrDefault(rule.Group)) untils[rule.Group] = until;
        }
        return untils;
    }

    /// <summary>
    /// Compares a position with the places: the user is at those that contain it, each for its own time from now on, and no longer at
    /// the others.
    /// </summary>
    public async Task Note(
        string tenant, string userId, IReadOnlyList<GroupRule> rules, (double Latitude, double Longitude) position,
        CancellationToken cancel)
    {
        var inside = rules.Where(rule => rule.Place!.Contains(position.Latitude, position.Longitude)).ToList();
        foreach (var rule in inside)
        {
            var until = clock.GetUtcNow().AddMinutes(rule.Place!.Minutes);
            await tables.For(ExpiringTables.Bucket(until)).Put(
                new TableEntity(RowKeys.UserPartition(tenant, userId), RowKeys.Visit(rule.Group))
                {
                    ["Version"] = rule.Version,
                    ["Until"] = until,
                }, cancel);
        }
        var left = rules.Except(inside).ToList();
        if (left.Count == 0) return;
        foreach (var (bucket, row) in await RowsByBucket(tenant, userId, left, cancel))
            await tables.For(bucket).TryDelete(row.PartitionKey, row.RowKey, cancel);
    }

    async Task<List<(string Bucket, TableEntity Row)>> RowsByBucket(
        string tenant, string userId, IReadOnlyList<GroupRule> rules, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var keys = rules.Select(rule => RowKeys.Visit(rule.Group)).ToHashSet(StringComparer.Ordinal);
        var found = await Task.WhenAll(((DateTimeOffset[])[now, now.AddMinutes(MaxMinutes)]).Select(async day =>
        {
            var (bucket, partition) = (ExpiringTables.Bucket(day), RowKeys.UserPartition(tenant, userId));
            return await tables.For(bucket).Partition(partition, cancel).Where(row => keys.Contains(row.RowKey))
                .Select(row => (bucket, row)).ToListAsync(cancel);
        }));
        return [.. found.SelectMany(rows => rows)];
    }
}
