using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Telemetry;

namespace Latchkey.Storage;

/// <summary>
/// Counts requests to storage, retries included (metric <c>latchkey.storage.roundtrips</c>). Each one costs the waiting phone time
/// and the operator money. A test holds the budget in docs/architecture.md.
/// </summary>
public sealed class RoundTrips : HttpPipelineSynchronousPolicy
{
    readonly AsyncLocal<bool> isNotCounted = new();
    long count;

    /// <summary>The number of requests since the start.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <summary>Begins a scope in which requests are not counted, because no caller waits for them.</summary>
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
