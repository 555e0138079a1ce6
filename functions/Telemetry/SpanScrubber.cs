using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry;

namespace Latchkey.Telemetry;

/// <summary>
/// Removes from a span, before it is exported, every tag that is not known to be harmless. The Azure SDK's spans contain whole
/// URLs (row keys, blob names) and, in their status, exceptions with storage's messages.
/// </summary>
sealed class SpanScrubber : BaseProcessor<Activity>
{
    static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet([
        "http.request.method", "http.response.status_code", "http.route", "url.scheme", "error.type",
        "server.address", "server.port", "az.namespace", "az.client_request_id", "az.service_request_id",
        "azure.client.id", "azure.service.request.id", "azure.resource_provider.namespace",
    ]);

    public override void OnEnd(Activity data)
    {
        foreach (var tag in data.TagObjects.Where(tag => !Harmless.Contains(tag.Key)).ToList()) data.SetTag(tag.Key, null);
        if (data.Status == ActivityStatusCode.Error) data.SetStatus(ActivityStatusCode.Error);
    }
}
