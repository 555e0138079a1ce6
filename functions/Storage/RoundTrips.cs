using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Telemetry;

namespace Latchkey.Storage;

/// <summary>
/// Counts requests to storage, retries included (metric <c>latchkey.storage.roundtrips</c>): each one is time for the
/// phone that waits and money for the operator. A test holds the budget of docs/architecture.md.
/// </summary>
public sealed class RoundTrips : HttpPipelineSynchronousPolicy
{
    readonly AsyncLocal<bool> isNotCounted = new();
    long count;

    /// <summary>How many there were since the start.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <summary>From here to the end of the scope nobody waits for what is sent: it is not counted.</summary>
    public IDisposable NotCounted()
    {
        isNotCounted.Value = true;
        return new UncountedScope(this);
    }

    /// <inheritdoc/>
    public override void OnSendingRequest(HttpMessage message)
    {
        if (isNotCounted.Value) return;
        Interlocked.Increment(ref count);
        RequestTelemetry.CountRoundTrip();
    }

    sealed class UncountedScope(RoundTrips roundTrips) : IDisposable
    {
        public void Dispose() => roundTrips.isNotCounted.Value = false;
    }
}
