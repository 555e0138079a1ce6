using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Latchkey.Telemetry;

/// <summary>
/// Records so many of a hundred requests, whatever their callers, who may be anybody, say of sampling; and what belongs to
/// those. Spans that belong to no request (timers, the audit's writing) are not recorded: the figures tell of those.
/// </summary>
sealed class ServerSpans(int percent) : Sampler
{
    readonly TraceIdRatioBasedSampler share = new(percent / 100.0);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        if (samplingParameters.Kind == ActivityKind.Server) return share.ShouldSample(samplingParameters);
        var recorded = (samplingParameters.ParentContext.TraceFlags & ActivityTraceFlags.Recorded) != 0;
        return new SamplingResult(recorded ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
