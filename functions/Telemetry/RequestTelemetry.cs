using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Latchkey.Telemetry;

/// <summary>
/// The server span and metrics of one request, named after OpenTelemetry's semantic conventions for HTTP. They are recorded
/// here because the isolated worker has no ASP.NET Core hosting metrics for functions. Of the URL only the route template is
/// recorded: paths and queries contain ids, and some contain secrets.
/// </summary>
public sealed class RequestTelemetry
{
    const int FirstServerError = 500;

    static readonly AsyncLocal<RequestTelemetry?> Current = new();

    readonly HttpContext http;
    readonly Activity? span;
    readonly long began = Stopwatch.GetTimestamp();
    readonly KeyValuePair<string, object?> method, scheme;
    readonly string? route;
    long roundTrips;

    RequestTelemetry(HttpRequest request)
    {
        http = request.HttpContext;
        (method, scheme) = (new("http.request.method", request.Method), new("url.scheme", request.Scheme));
        route = RouteOf(http);
        span = Start($"{request.Method} {route}".TrimEnd(), Caller(request));
        Instruments.ActiveRequests.Add(1, method, scheme);
    }

    /// <summary>What went wrong, with few values: an error code or an exception type. Only recorded for a 5xx.</summary>
    public string? Error { get; set; }

    /// <summary>
    /// Starts the measurement, which covers the caller's method; the metrics are recorded when the response has been sent.
    /// </summary>
    public static RequestTelemetry Begin(HttpRequest request)
    {
        var begun = new RequestTelemetry(request);
        Current.Value = begun;
        request.HttpContext.Response.OnCompleted(() =>
        {
            begun.End();
            return Task.CompletedTask;
        });
        return begun;
    }

    /// <summary>Counts a request to storage for the current request, if there is one.</summary>
    public static void CountRoundTrip()
    {
        if (Current.Value is { } request) Interlocked.Increment(ref request.roundTrips);
    }

    // Only traceparent is used (W3C Trace Context): tracestate and baggage are free text from the caller, which would be exported.
    static ActivityContext Caller(HttpRequest request) =>
        ActivityContext.TryParse(request.Headers.TraceParent, null, isRemote: true, out var caller) ? caller : default;

    static Activity? Start(string name, ActivityContext caller)
    {
        if (!Instruments.Source.HasListeners()) return null;
        Activity.Current = null; // Nobody exports the host's own activity: a span below it would have no parent.
        return Instruments.Source.StartActivity(name, ActivityKind.Server, caller);
    }

    void End()
    {
        var status = http.Response.StatusCode;
        var tags = new TagList { method, scheme, new("http.response.status_code", status) };
        if (route is not null) tags.Add("http.route", route);
        if (status >= FirstServerError) tags.Add("error.type", Error ?? status.ToString(CultureInfo.InvariantCulture));
        Instruments.ActiveRequests.Add(-1, method, scheme);
        Instruments.RequestDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, tags);
        Instruments.StorageRoundTrips.Record(Interlocked.Read(ref roundTrips),
            new KeyValuePair<string, object?>("latchkey.operation", http.GetEndpoint()?.DisplayName ?? "unknown"));
        if (span is null) return;
        foreach (var (name, value) in tags) span.SetTag(name, value);
        if (status >= FirstServerError) span.SetStatus(ActivityStatusCode.Error);
        span.Dispose();
    }

    static string? RouteOf(HttpContext http) =>
        (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } template ? $"/{template.TrimStart('/')}" : null;
}
