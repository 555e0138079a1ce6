using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Storage;

namespace Latchkey.Messages;

/// <summary>
/// The tables Messages… (SCHEMA.md). There is one for the messages that were sent in one week, named by the day on which the last of them
/// can expire: so an inbox of <see cref="Message.MaxTime"/> is in three tables at most, and the sweep drops them by their name.
/// </summary>
public sealed class MessageTables(StorageClients storage)
{
    static readonly TimeSpan Week = TimeSpan.FromDays(7);

    readonly ExpiringTables tables = new(storage.Tables, TableNames.Messages);

    /// <summary>The table of a bucket.</summary>
    public Table For(string bucket) => tables.For(bucket);

    /// <summary>The bucket of what is sent at this time.</summary>
    public static string BucketOf(DateTimeOffset sentAt) => ExpiringTables.Bucket(Monday(sentAt) + Week + Message.MaxTime);

    /// <summary>The buckets of what was sent in this time, oldest first.</summary>
    public static IEnumerable<string> Buckets(DateTimeOffset from, DateTimeOffset to)
    {
        for (var monday = Monday(from); monday <= to; monday += Week) yield return BucketOf(monday);
    }

    /// <summary>
    /// The ids that a message may have which its sender has named: that of this week and, for a day after it has begun, before it that of
    /// the former week. So a name counts for a day at least.
    /// </summary>
    public static IEnumerable<string> IdsOf(string tenant, string from, Recipient to, string name, DateTimeOffset now)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}|{from}|{to}|{name}"));
        var key = Base64Url.EncodeToString(hash.AsSpan(0, 16));
        if (now - Monday(now) < TimeSpan.FromDays(1)) yield return new BucketId(BucketOf(now - Week), key).ToString();
        yield return new BucketId(BucketOf(now), key).ToString();
    }

    /// <summary>A new id.</summary>
    public static string NewId(DateTimeOffset now) => new BucketId(BucketOf(now), Ids.New()).ToString();

    static DateTimeOffset Monday(DateTimeOffset time)
    {
        var day = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        return day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }
}
