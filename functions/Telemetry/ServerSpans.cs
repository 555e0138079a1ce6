using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Latchkey.Telemetry;

/// <summary>
/// Records every request whatever its caller says of sampling, which may be anybody, and what belongs to one. Spans that
/// belong to none (timers, the audit's writing) are not recorded: the figures tell of those.
/// </summary>
sealed class ServerSpans : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var ours = samplingParameters.Kind == ActivityKind.Server
            || (samplingParameters.ParentContext.TraceFlags & ActivityTraceFlags.Recorded) != 0;
        return new SamplingResult(ours ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
