using System.Security.Cryptography;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>
/// How much a user and a tenant send in a minute (<see cref="MessageRules"/>), on all instances together. Each counts for itself and adds
/// what it has counted to a row (SCHEMA.md, table Messaging), whenever that is a tenth of the limit: then it knows what the others have. So
/// each further instance lets through less than a tenth of the limit more, and a message in as many costs a read and a conditional write.
/// </summary>
public sealed class SendingLimits(StorageClients storage, TimeProvider clock)
{
    const int MaxBuckets = 20_000;
    const int Parts = 10;
    const int MaxAttempts = 5;
    const int MaxWaiting = 1000;
    const string OfAll = "all"; // No user has this id.

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Messaging));
    readonly Dictionary<(string Partition, string Row), Bucket> buckets = [];

    // One after the other: while the others are told, nothing is counted that they would not hear of.
    readonly KeyedSemaphore turns = new(MaxWaiting, TimeSpan.FromSeconds(10));

    /// <summary>Counts a message of a user, before anything is read for it.</summary>
    /// <exception cref="Problem">429 <c>too_many_messages</c>.</exception>
    public Task TakeOfUser(Tenant tenant, string user, CancellationToken cancel) =>
        Take(RowKeys.UserPartition(tenant.Id, user), RowKeys.SentMessages, 1, tenant.Messages.UserPerMinute, cancel);

    /// <summary>Counts the recipients of a message, before anything is written.</summary>
    /// <exception cref="Problem">429 <c>too_many_messages</c>.</exception>
    public Task TakeOfTenant(Tenant tenant, int recipients, CancellationToken cancel) =>
        Take(RowKeys.UserPartition(tenant.Id, OfAll), RowKeys.SentMessages, recipients, tenant.Messages.TenantPerMinute, cancel);

    /// <summary>Counts the recipients of an event to many: a limit of their own, as high, so that events use up no messages.</summary>
    /// <exception cref="Problem">429 <c>too_many_messages</c>.</exception>
    public Task TakeOfEvents(Tenant tenant, int recipients, CancellationToken cancel) =>
        Take(RowKeys.UserPartition(tenant.Id, OfAll), RowKeys.SentEvents, recipients, tenant.Messages.TenantPerMinute, cancel);

    /// <summary>Counts a key. Apps get new ones whenever a change has closed all connections, so no others are held up by it.</summary>
    /// <exception cref="Problem">429 <c>too_many_messages</c>.</exception>
    public Task TakeKey(Tenant tenant, string user, CancellationToken cancel) =>
        Take(RowKeys.UserPartition(tenant.Id, user), RowKeys.IssuedKeys, 1, tenant.Messages.UserPerMinute, cancel);

    /// <summary>Removes the rows of a user who is deleted.</summary>
    public async Task Forget(string tenant, string user, CancellationToken cancel)
    {
        foreach (var row in (string[])[RowKeys.SentMessages, RowKeys.IssuedKeys])
            await table.TryDelete(RowKeys.UserPartition(tenant, user), row, cancel);
    }

    async Task Take(string partition, string row, int cost, int perMinute, CancellationToken cancel)
    {
        using var turn = await turns.Enter($"{partition}|{row}", 1, cancel) ?? throw Busy();
        if (Count((partition, row), cost, perMinute) is not { } untold) return;
        var (isSent, used) = (false, 0d);
        try
        {
            var all = await Tell(partition, row, untold, cost, perMinute, cancel);
            // If others keep writing the row, it goes by what this instance has counted, and they are told with the next one.
            (isSent, used) = (all?.IsWithin ?? true, all?.Used ?? 0);
            untold = all is null ? untold + cost : 0;
        }
        finally
        {
            // What is not sent does not count.
            Set((partition, row), bucket =>
                new(Math.Max(used, isSent ? bucket.Used : bucket.Used - cost), clock.GetUtcNow(), bucket.Untold + untold));
        }
        if (!isSent) throw TooMany(used, cost, perMinute);
    }

    // Counts it here. What is to be told to the others before it: what was counted since that was done last; null if that is little yet.
    double? Count((string, string) key, int cost, int perMinute)
    {
        lock (buckets)
        {
            var now = clock.GetUtcNow();
            var bucket = buckets.GetValueOrDefault(key, new(0, now, 0));
            var used = Left(bucket.Used, bucket.At, perMinute, now);
            if (!IsWithin(used, cost, perMinute)) throw TooMany(used, cost, perMinute);
            if (buckets.Count >= MaxBuckets) buckets.Clear(); // Rarely; what others were told stays counted.
            var isMuch = bucket.Untold + cost >= Math.Max(1, perMinute / Parts);
            buckets[key] = new(used + cost, now, isMuch ? 0 : bucket.Untold + cost);
            return isMuch ? bucket.Untold : null;
        }
    }

    // Adds it to what all have used, if that leaves room for it. What was counted before is sent, and added in any case. Null if it can't.
    async Task<(double Used, bool IsWithin)?> Tell(
        string partition, string row, double untold, int cost, int perMinute, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (attempt > 0) await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + (10 * attempt))), cancel);
            var (found, now) = (await table.Find(partition, row, cancel), clock.GetUtcNow());
            var at = found?.GetDateTimeOffset("At") ?? now;
            if (at > now) now = at; // The clock of another instance is ahead: nothing flows off twice.
            var used = untold + (found is null ? 0 : Left(found.GetDouble("Used")!.Value, at, perMinute, now));
            var isWithin = IsWithin(used, cost, perMinute);
            if (!isWithin && untold == 0) return (used, false);
            if (isWithin) used += cost;
            var next = new TableEntity(partition, row) { ["Used"] = used, ["At"] = now };
            if (found is not null) next.ETag = found.ETag;
            if (found is null ? await table.TryAdd(next, cancel) : await table.TryReplace(next, cancel)) return (used, isWithin);
        }
        return null;
    }

    static Problem Busy() =>
        Problem.Unavailable("messages_unavailable", "Too many messages are being counted at once. Nothing was sent.", 1);

    void Set((string, string) key, Func<Bucket, Bucket> change)
    {
        lock (buckets) buckets[key] = change(buckets.GetValueOrDefault(key, new(0, clock.GetUtcNow(), 0)));
    }

    // A message to more than may be sent in a minute goes when all has flown off.
    static bool IsWithin(double used, int cost, int perMinute) => used <= 0 || used + cost <= perMinute;

    static Problem TooMany(double used, int cost, int perMinute) =>
        new(429, "too_many_messages", "Too many messages at once. Try again later.")
        {
            RetryAfter = Math.Max(1, (int)Math.Ceiling(Math.Min(used, used + cost - perMinute) * 60 / perMinute)),
        };

    // What was used flows off by as much in a minute as may be used in one.
    static double Left(double used, DateTimeOffset at, int perMinute, DateTimeOffset now) =>
        Math.Max(0, used - (Math.Max(0, (now - at).TotalMinutes) * perMinute));

    readonly record struct Bucket(double Used, DateTimeOffset At, double Untold);
}
