using System.Globalization;
using Azure.Data.Tables;

namespace Latchkey.Storage;

/// <summary>
/// Rows that expire, in one table per UTC day of their expiry. To expire them, the whole table is dropped. The day (the bucket,
/// <c>yyyyMMdd</c>) is part of every id that leads to such a row, so a look-up is still one point read.
/// </summary>
public sealed class ExpiringTables(TableServiceClient tables, string prefix)
{
    const string Format = "yyyyMMdd";

    /// <summary>The bucket of an expiry time.</summary>
    public static string Bucket(DateTimeOffset expiry) => expiry.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>True if the text is a bucket. Table names are built from it, so nothing else may pass.</summary>
    public static bool IsBucket(string text) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>The table of a bucket.</summary>
    /// <exception cref="ArgumentException">The text is not a bucket.</exception>
    public Table For(string bucket) => IsBucket(bucket)
        ? new Table(tables.GetTableClient(prefix + bucket))
        : throw new ArgumentException("Not a bucket.", nameof(bucket));

    /// <summary>The buckets that have a table, oldest first.</summary>
    public Task<IReadOnlyList<string>> Buckets(CancellationToken cancel) => BucketsUpTo(DateTimeOffset.MaxValue, cancel);

    /// <summary>The buckets up to this day's that have a table, oldest first.</summary>
    public async Task<IReadOnlyList<string>> BucketsUpTo(DateTimeOffset day, CancellationToken cancel)
    {
        var buckets = new List<string>();
        var filter = TableClient.CreateQueryFilter($"TableName ge {prefix + "00010101"} and TableName le {prefix + Bucket(day)}");
        await foreach (var table in tables.QueryAsync(filter, cancellationToken: cancel))
        {
            if (table.Name.StartsWith(prefix, StringComparison.Ordinal) && IsBucket(table.Name[prefix.Length..]))
                buckets.Add(table.Name[prefix.Length..]);
        }
        return buckets;
    }

    /// <summary>The buckets whose day has been over for more than a day. The margin is there because clocks differ.</summary>
    public Task<IReadOnlyList<string>> ExpiredBuckets(DateTimeOffset now, CancellationToken cancel) =>
        BucketsUpTo(now.AddDays(-2), cancel);

    /// <summary>Drops the tables whose day has been over for more than a day; returns how many.</summary>
    public async Task<int> DropExpired(DateTimeOffset now, CancellationToken cancel)
    {
        var expired = await ExpiredBuckets(now, cancel);
        foreach (var bucket in expired) await Drop(bucket, cancel);
        return expired.Count;
    }

    /// <summary>Drops a bucket's table, whatever is in it.</summary>
    public Task Drop(string bucket, CancellationToken cancel) => tables.DeleteTableAsync(prefix + bucket, cancel);
}
