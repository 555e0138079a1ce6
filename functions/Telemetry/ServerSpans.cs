using System.Diagnostics;
using System.Security.Cryptography;
using OpenTelemetry.Trace;

namespace Latchkey.Telemetry;

/// <summary>
/// Samples a percentage of the requests, with everything below them. It ignores the caller's sampling decision and trace id,
/// because callers may be anybody. Spans outside requests (timers, the audit's writer) are not recorded: metrics cover those.
/// </summary>
sealed class ServerSpans(int percent) : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var recorded = samplingParameters.Kind == ActivityKind.Server ? RandomNumberGenerator.GetInt32(100) < percent
            : (samplingParameters.ParentContext.TraceFlags & ActivityTraceFlags.Recorded) != 0;
        return new SamplingResult(recorded ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
