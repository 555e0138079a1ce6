using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Telemetry;

/// <summary>A span as it arrived.</summary>
sealed record Span(string TraceId, string SpanId, string ParentId, string Name, int Kind, Dictionary<string, string> Tags, int Status,
    string StatusText, string Source);

/// <summary>One figure: a counter's sum, or a histogram's count and sum.</summary>
sealed record Figure(string Name, string Unit, Dictionary<string, string> Tags, long Count, double Sum, string Meter);

/// <summary>A log line.</summary>
sealed record Line(string Text, string Severity, string TraceId, string SpanId, Dictionary<string, string> Tags);

/// <summary>Takes OTLP over HTTP (protobuf), as a collector would, on a free port of this machine.</summary>
sealed class OtlpReceiver : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<(string Path, byte[] Body)> received = new();

    OtlpReceiver(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    public static async Task<OtlpReceiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Azurite.FreePort()}");
        var receiver = new OtlpReceiver(builder.Build());
        receiver.app.Run(receiver.Take);
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>All that arrived, as text, each byte a character: so a search overlooks nothing.</summary>
    public IEnumerable<string> Bytes => received.Select(message => Encoding.Latin1.GetString(message.Body));

    // opentelemetry/proto/trace/v1: ResourceSpans 1, ScopeSpans 2, Span 2.
    public IReadOnlyList<Span> Spans => [.. from scope in Scopes("/v1/traces")
        from span in scope.All(2)
        let status = span.All(15).FirstOrDefault()
        select new Span(span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), (int)span.Number(6), span.Tags(9),
            (int)(status?.Number(3) ?? 0), status?.Text(2) ?? "", scope.All(1).Single().Text(1))];

    // opentelemetry/proto/metrics/v1: Metric 2 {name 1, unit 3, sum 7, histogram 9}; the last of a series counts.
    public IReadOnlyList<Figure> Figures => [.. (from scope in Scopes("/v1/metrics")
        from metric in scope.All(2)
        from figure in metric.All(7, 1).Select(point => (Tags: point.Tags(7), Count: 0L, Sum: (double)point.Number(6)))
            .Concat(metric.All(9, 1).Select(point => (Tags: point.Tags(9), Count: point.Number(4), Sum: point.Real(5))))
        select new Figure(metric.Text(1), metric.Text(3), figure.Tags, figure.Count, figure.Sum, scope.All(1).Single().Text(1)))
        .GroupBy(figure => $"{figure.Meter} {figure.Name} {string.Join(' ', figure.Tags.OrderBy(tag => tag.Key))}")
            .Select(series => series.Last())];

    // opentelemetry/proto/logs/v1: LogRecord 2.
    public IReadOnlyList<Line> Lines => [.. from scope in Scopes("/v1/logs")
        from line in scope.All(2)
        select new Line(line.All(5).Single().Text(1), line.Text(3), line.Hex(9), line.Hex(10), line.Tags(6))];

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    IEnumerable<Protobuf> Scopes(string path) => received.Where(message => message.Path == path)
        .SelectMany(message => new Protobuf(message.Body).All(1, 2));

    async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        received.Enqueue((context.Request.Path, body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
