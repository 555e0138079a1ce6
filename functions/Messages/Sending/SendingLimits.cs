using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Messages;

/// <summary>
/// How much a user and a tenant send in a minute (<see cref="MessageRules"/>). It counts in this process alone, and its memory is bounded.
/// </summary>
public sealed class SendingLimits(TimeProvider clock)
{
    const int MaxBuckets = 20_000;

    readonly Dictionary<string, (double Used, DateTimeOffset At)> buckets = new(StringComparer.Ordinal);

    /// <summary>Counts a message of a user, before anything is read for it.</summary>
    /// <exception cref="Problem">429 <c>too_many_messages</c>.</exception>
    public void TakeOfUser(Tenant tenant, string user) => Take($"{tenant.Id}|{user}", 1, tenant.Messages.UserPerMinute);

    /// <summary>Counts the recipients of a message, before anything is written.</summary>
    /// <exception cref="Problem">429 <c>too_many_messages</c>.</exception>
    public void TakeOfTenant(Tenant tenant, int recipients) => Take(tenant.Id, recipients, tenant.Messages.TenantPerMinute);

    /// <summary>Counts a key. Apps get new ones whenever a change has closed all connections, so no others are held up by it.</summary>
    /// <exception cref="Problem">429 <c>too_many_messages</c>.</exception>
    public void TakeKey(Tenant tenant, string user) => Take($"{tenant.Id}|{user}|key", 1, tenant.Messages.UserPerMinute);

    void Take(string key, int cost, int perMinute)
    {
        lock (buckets) Take(key, cost, perMinute, clock.GetUtcNow());
    }

    // What was used flows off by as much in a minute as may be used in one. A message to more than that goes when all has flown off.
    void Take(string key, int cost, int perMinute, DateTimeOffset now)
    {
        var used = Left(buckets.GetValueOrDefault(key, (0, now)), perMinute, now);
        if (used > 0 && used + cost > perMinute)
        {
            throw new Problem(429, "too_many_messages", "Too many messages at once. Try again later.")
            {
                RetryAfter = Math.Max(1, (int)Math.Ceiling(Math.Min(used, used + cost - perMinute) * 60 / perMinute)),
            };
        }
        if (buckets.Count >= MaxBuckets) buckets.Clear(); // Rarely, and everybody begins anew.
        buckets[key] = (used + cost, now);
    }

    static double Left((double Used, DateTimeOffset At) bucket, int perMinute, DateTimeOffset now) =>
        Math.Max(0, bucket.Used - (Math.Max(0, (now - bucket.At).TotalMinutes) * perMinute));
}
