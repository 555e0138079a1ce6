using System.Diagnostics;
using System.Security.Cryptography;
using OpenTelemetry.Trace;

namespace Latchkey.Telemetry;

/// <summary>
/// Records so many of a hundred requests, whatever their callers, who may be anybody, say of sampling or choose as the
/// trace's id; and what belongs to those. Spans that belong to no request (timers, the audit's writing) are not recorded: the figures tell of those.
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
