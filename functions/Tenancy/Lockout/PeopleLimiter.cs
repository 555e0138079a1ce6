using Latchkey.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Limits how often a user looks other people up: as often as somebody does who shares files, and too seldom to copy the names of a large
/// tenant in a day. It counts in this process alone.
/// </summary>
public sealed class PeopleLimiter(TimeProvider clock)
{
    const int AtOnce = 60;
    const double PerSecond = 0.1;

    readonly TokenBuckets buckets = new(AtOnce, PerSecond, clock);

    /// <summary>Takes a look-up from the user's bucket.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public void Take(string tenant, string user) => buckets.Take($"{tenant}|{user}", 1);
}
