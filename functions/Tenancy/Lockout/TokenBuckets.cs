using Latchkey.Http;

namespace Latchkey.Tenancy;

/// <summary>Token buckets, one for each key. It counts in this process alone, and its memory is bounded.</summary>
/// <param name="burst">The size of a bucket.</param>
/// <param name="perSecond">Its refill.</param>
/// <param name="clock">The clock.</param>
sealed class TokenBuckets(int burst, double perSecond, TimeProvider clock)
{
    // Further keys share one bucket: whoever has so many must not push others out of memory.
    const int MaxKeys = 10_000;
    const string Others = "";

    readonly Dictionary<string, (double Left, DateTimeOffset At)> buckets = new(StringComparer.Ordinal);
    DateTimeOffset cleared;

    /// <summary>How many keys are being tracked.</summary>
    public int Count
    {
        get
        {
            lock (buckets) return buckets.Count;
        }
    }

    /// <summary>Takes <paramref name="cost"/> from the key's bucket.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public void Take(string key, int cost)
    {
        var now = clock.GetUtcNow();
        lock (buckets)
        {
            if (!buckets.ContainsKey(key)) key = BucketOf(key, now);
            var left = Left(buckets.GetValueOrDefault(key, (burst, now)), now);
            if (left >= cost)
            {
                buckets[key] = (left - cost, now);
                return;
            }
            var wait = Math.Max(1, (int)Math.Ceiling((cost - left) / perSecond));
            throw new Problem(429, "too_many_requests", "Too many requests. Try again later.")
            {
                RetryAfter = wait,
                Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
            };
        }
    }

    string BucketOf(string key, DateTimeOffset now)
    {
        if (buckets.Count < MaxKeys) return key;
        if (now - cleared >= TimeSpan.FromSeconds(1)) // This walks through all buckets, so not for every request.
        {
            cleared = now;
            foreach (var full in buckets.Where(bucket => Left(bucket.Value, now) >= burst).Select(bucket => bucket.Key).ToList())
                buckets.Remove(full);
        }
        return buckets.Count < MaxKeys ? key : Others;
    }

    double Left((double Left, DateTimeOffset At) bucket, DateTimeOffset now) =>
        Math.Min(burst, bucket.Left + (Math.Max(0, (now - bucket.At).TotalSeconds) * perSecond));
}
