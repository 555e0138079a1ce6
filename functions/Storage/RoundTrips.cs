using System.Diagnostics.Metrics;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Latchkey.Storage;

/// <summary>
/// Counts requests to storage, retries included (metric <c>latchkey.storage.roundtrips</c>): each one is time for the
/// phone that waits and money for the operator. A test holds the budget of design.md §7.
/// </summary>
public sealed class RoundTrips : HttpPipelineSynchronousPolicy
{
    static readonly Counter<long> Counter =
        new Meter("Latchkey").CreateCounter<long>("latchkey.storage.roundtrips", "{request}", "Requests to storage");

    long count;

    /// <summary>How many there were since the start.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <inheritdoc/>
    public override void OnSendingRequest(HttpMessage message)
    {
        Interlocked.Increment(ref count);
        Counter.Add(1, new KeyValuePair<string, object?>("http.request.method", message.Request.Method.Method));
    }
}
