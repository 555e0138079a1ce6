using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Latchkey.Telemetry;

/// <summary>
/// One request's server span and figures, as OpenTelemetry's semantic conventions for HTTP name them. They come from our
/// own wrapper, because the isolated worker has no ASP.NET Core hosting meter for functions. A route's template is all
/// that is told of the address: paths and queries hold ids, and some hold secrets.
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

    /// <summary>What went wrong, with few values: a code of ours or an exception's type. It is told only of a 5xx.</summary>
    public string? Error { get; set; }

    /// <summary>
    /// From here to the end of the caller's method the request is measured; its figures are taken when the answer has
    /// been sent.
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

    /// <summary>A request to storage is sent on behalf of the current request, if there is one.</summary>
    public static void CountRoundTrip()
    {
        if (Current.Value is { } request) Interlocked.Increment(ref request.roundTrips);
    }

    // Only traceparent is taken (W3C Trace Context): tracestate and baggage are the caller's free text, which we would export.
    static ActivityContext Caller(HttpRequest request) =>
        ActivityContext.TryParse(request.Headers.TraceParent, null, isRemote: true, out var caller) ? caller : default;

    static Activity? Start(string name, ActivityContext caller)
    {
        if (!Instruments.Source.HasListeners()) return null;
        Activity.Current = null; // The host's own activity is exported by nobody: a span below it would have no parent.
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
