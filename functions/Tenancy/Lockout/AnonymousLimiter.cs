using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Limits how many rows callers who have not signed in can create (pending sign-ins, pushed requests, device codes, clients):
/// a token bucket per address; and how often a user asks for what nobody should be able to copy whole. It counts in this process
/// alone. The numbers are generous, because thousands of people share an address. Its memory is bounded.
/// </summary>
public sealed class AnonymousLimiter(Settings settings, TimeProvider clock)
{
    /// <summary>Size of an address's bucket, in rows.</summary>
    public const int Burst = 600;

    /// <summary>Refill of the bucket, in rows per second.</summary>
    public const int PerSecond = 10;

    /// <summary>Cost of a registered client, whose row stays for long.</summary>
    public const int ClientCost = 10;

    // Further addresses share one bucket: whoever has so many addresses must not push others out of memory.
    const int MaxAddresses = 10_000;
    const string Others = "";

    readonly Dictionary<string, (double Left, DateTimeOffset At)> buckets = new(StringComparer.Ordinal);
    DateTimeOffset cleared;

    /// <summary>How many addresses are being tracked.</summary>
    public int Count
    {
        get
        {
            lock (buckets) return buckets.Count;
        }
    }

    /// <summary>Takes <paramref name="cost"/> from the address's bucket. To be called before the row is written.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public void Take(HttpRequest request, int cost = 1) => Take(CallerAddress.Of(request, settings.FrontDoorId), cost);

    /// <summary>Takes <paramref name="cost"/> from the bucket of a user, for what must not be asked for too often.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public void TakeFor(string user, int cost) => Take($"user {user}", cost);

    void Take(string address, int cost)
    {
        var now = clock.GetUtcNow();
        lock (buckets)
        {
            if (!buckets.ContainsKey(address)) address = BucketOf(address, now);
            var left = Left(buckets.GetValueOrDefault(address, (Burst, now)), now);
            if (left >= cost)
            {
                buckets[address] = (left - cost, now);
                return;
            }
            var wait = Math.Max(1, (int)Math.Ceiling((cost - left) / PerSecond));
            throw new Problem(429, "too_many_requests", "Too many requests. Try again later.")
            {
                RetryAfter = wait,
                Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
            };
        }
    }

    string BucketOf(string address, DateTimeOffset now)
    {
        if (buckets.Count < MaxAddresses) return address;
        if (now - cleared >= TimeSpan.FromSeconds(1)) // This walks through all buckets, so not for every request.
        {
            cleared = now;
            foreach (var full in buckets.Where(bucket => Left(bucket.Value, now) >= Burst).Select(bucket => bucket.Key).ToList())
                buckets.Remove(full);
        }
        return buckets.Count < MaxAddresses ? address : Others;
    }

    static double Left((double Left, DateTimeOffset At) bucket, DateTimeOffset now) =>
        Math.Min(Burst, bucket.Left + (Math.Max(0, (now - bucket.At).TotalSeconds) * PerSecond));
}
