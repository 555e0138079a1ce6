using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// What somebody who has not signed in may have us store (sign-ins under way, pushed requests, device codes, clients), by
/// address: a bucket of tokens that fills again with time. It is of this process alone, and so are its numbers; they are
/// generous, because thousands of people share an address. Its memory is bounded.
/// </summary>
public sealed class AnonymousRows(Settings settings, TimeProvider clock)
{
    /// <summary>How many rows an address may have at once.</summary>
    public const int Burst = 600;

    /// <summary>How many more each second.</summary>
    public const int PerSecond = 10;

    /// <summary>What a client costs: its row stays.</summary>
    public const int ClientCost = 10;

    // Addresses beyond these share one bucket: whoever has so many must not push others out.
    const int MaxAddresses = 10_000;
    const string Others = "";

    readonly Dictionary<string, (double Left, DateTimeOffset At)> buckets = new(StringComparer.Ordinal);
    DateTimeOffset cleared;

    /// <summary>How many addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (buckets) return buckets.Count;
        }
    }

    /// <summary>Call it before the row is written.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public void Take(HttpRequest request, int cost = 1)
    {
        var (address, now) = (CallerAddress.Of(request, settings.FrontDoorId), clock.GetUtcNow());
        lock (buckets)
        {
            if (!buckets.ContainsKey(address)) address = Room(address, now);
            var left = Left(buckets.GetValueOrDefault(address, (Burst, now)), now);
            if (left >= cost)
            {
                buckets[address] = (left - cost, now);
                return;
            }
            var wait = Math.Max(1, (int)Math.Ceiling((cost - left) / PerSecond));
            throw new Problem(429, "too_many_requests", "Too many requests from this address have begun something.")
            {
                RetryAfter = wait,
                Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
            };
        }
    }

    string Room(string address, DateTimeOffset now)
    {
        if (buckets.Count < MaxAddresses) return address;
        if (now - cleared >= TimeSpan.FromSeconds(1)) // A look at all of them, so not for each request.
        {
            cleared = now;
            foreach (var full in buckets.Where(bucket => Left(bucket.Value, now) >= Burst).Select(bucket => bucket.Key).ToList()) buckets.Remove(full);
        }
        return buckets.Count < MaxAddresses ? address : Others;
    }

    static double Left((double Left, DateTimeOffset At) bucket, DateTimeOffset now) =>
        Math.Min(Burst, bucket.Left + (Math.Max(0, (now - bucket.At).TotalSeconds) * PerSecond));
}
