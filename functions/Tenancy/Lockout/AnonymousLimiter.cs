using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Limits how many rows callers who have not signed in can create (pending sign-ins, pushed requests, device codes, clients):
/// a token bucket per address. It counts in this process alone. The numbers are generous, because thousands of people share an
/// address. Its memory is bounded.
/// </summary>
public sealed class AnonymousLimiter(Settings settings, TimeProvider clock)
{
    /// <summary>Size of an address's bucket, in rows.</summary>
    public const int Burst = 600;

    /// <summary>Refill of the bucket, in rows per second.</summary>
    public const int PerSecond = 10;

    /// <summary>Cost of a registered client, whose row stays for long.</summary>
    public const int ClientCost = 10;

    readonly TokenBuckets buckets = new(Burst, PerSecond, clock);

    /// <summary>How many addresses are being tracked.</summary>
    public int Count => buckets.Count;

    /// <summary>Takes <paramref name="cost"/> from the address's bucket. To be called before the row is written.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public void Take(HttpRequest request, int cost = 1) => buckets.Take(CallerAddress.Of(request, settings.FrontDoorId), cost);
}
