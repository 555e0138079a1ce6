using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Latchkey.Tests.Worker;

namespace Latchkey.Tests.Telemetry;

/// <summary>One service's day in small, exported over OTLP when it ends.</summary>
public sealed class ExportedRun : IAsyncLifetime
{
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    public const string CallerSpanId = "b7ad6b7169203331";

    OtlpReceiver receiver = null!;
    WorkerProcess host = null!;

    internal OtlpReceiver Received => receiver;

    internal WorkerProcess Host => host;

    /// <summary>True if the worker below the host had ended when the host had.</summary>
    internal bool HadWorkerEnded { get; private set; }

    public async Task InitializeAsync()
    {
        receiver = await OtlpReceiver.Start();
        host = await WorkerProcess.Start(("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("Latchkey__Messages__Endpoint", "http://127.0.0.1:1")); // Nobody is there.
        await Token(401, ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "a-wrong-client-secret"));
        await Token(400, ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"), ("password", "a-wrong-password"));
        var user = await Token(200, ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "alice-password"));
        var first = user.GetProperty("refresh_token").GetString()!;
        var second = (await Refresh(first, 200)).GetProperty("refresh_token").GetString()!;
        await Refresh(second, 200);
        await Refresh(first, 400); // Two generations old: reuse.
        await Files();
        await Message();
        await Send(HttpMethod.Get, "/demo/files?cursor=sig%3Dnot-a-cursor", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.x", 401);
        var worker = host.FindWorker();
        await host.Terminate();
        HadWorkerEnded = worker.HasExited;
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await receiver.DisposeAsync();
    }

    async Task Message()
    {
        var token = (await Token(200, ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "alice-password"), ("scope", "messages"))).GetProperty("access_token").GetString()!;
        var self = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Subject;
        await Send(HttpMethod.Post, "/demo/messages", token, 202, new { to = new { user = self }, body = "a note to myself" });
    }

    async Task Files()
    {
        var token = (await Token(200, ("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", "service-secret-for-local-runs-only"))).GetProperty("access_token").GetString()!;
        var begun = await Send(HttpMethod.Post, "/demo/files", token, 201,
            new { name = "a.bin", contentType = "application/octet-stream", size = 3 });
        var (id, upload) = (begun.GetProperty("id").GetString(), begun.GetProperty("upload"));
        await FilesClient.PutTo(upload.GetProperty("url").GetString()!, [1, 2, 3], ("x-ms-blob-type", "BlockBlob"));
        await Send(HttpMethod.Post, $"/demo/files/{id}/complete", token, 200);
        await Send(HttpMethod.Get, $"/demo/files/{id}/download", token, 200);
        await Send(HttpMethod.Post, "/demo/files", token, 201,
            new { name = "b.bin", contentType = "application/octet-stream", size = 100_000_000, resumable = true });
        await Send(HttpMethod.Get, $"/demo/files/{id}", token, 200, traceParent: $"00-{TraceId}-{CallerSpanId}-00");
    }

    Task<JsonElement> Refresh(string token, int status) =>
        Token(status, ("grant_type", "refresh_token"), ("client_id", "first-party"), ("refresh_token", token));

    async Task<JsonElement> Token(int status, params (string, string)[] form) =>
        await TestHost.Json(await host.Http.PostAsync("/demo/oauth/token", TestHost.Form(form)), status);

    async Task<JsonElement> Send(HttpMethod method, string path, string token, int status, object? json = null, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : JsonContent.Create(json) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
            request.Headers.Add("tracestate", "vendor=free-text-of-the-caller");
            request.Headers.Add("baggage", "key=free-text-of-the-caller");
        }
        return await TestHost.Json(await host.Http.SendAsync(request), status);
    }
}

/// <summary>The classes that share it, one about what it exported and one about how it ended.</summary>
[CollectionDefinition(Name)]
public sealed class ExportedRunGroup : ICollectionFixture<ExportedRun>
{
    public const string Name = "Exported run";
}

/// <summary>What an operator sees of a service (docs/operating/telemetry.md), taken from what really arrived at a collector.</summary>
[Collection(ExportedRunGroup.Name)]
public sealed class ExportTests(ExportedRun run)
{
    [Fact]
    public void Requests_are_timed_under_the_standard_name_by_route_method_and_status_and_once()
    {
        var requests = run.Received.Figures.Where(figure => figure.Name == "http.server.request.duration").ToList();
        Assert.All(requests, figure => Assert.Equal(("s", "Latchkey"), (figure.Unit, figure.Meter)));
        long Count(string route, string method, string status) => requests.Where(figure => figure.Tags["http.route"] == route
            && figure.Tags["http.request.method"] == method
                && figure.Tags["http.response.status_code"] == status).Sum(figure => figure.Count);
        Assert.Equal(5, Count("/{tenant}/oauth/token", "POST", "200"));
        Assert.Equal(2, Count("/{tenant}/oauth/token", "POST", "400"));
        Assert.Equal(1, Count("/{tenant}/oauth/token", "POST", "401"));
        Assert.Equal(2, Count("/{tenant}/files", "POST", "201"));
        Assert.All(requests, figure => Assert.Equal("http", figure.Tags["url.scheme"]));
        Assert.All(requests, figure => Assert.True(figure.Sum > 0));
        Assert.All(run.Received.Figures.Where(figure => figure.Name == "http.server.active_requests"), figure =>
            Assert.Equal(0, figure.Sum));
    }

    [Theory]
    [InlineData("latchkey.tokens.issued", "latchkey.grant", "refresh_token", 2)]
    [InlineData("latchkey.messages.sent", "latchkey.to", "unheard", 1)]
    [InlineData("latchkey.tokens.issued", "latchkey.grant", "password", 2)]
    [InlineData("latchkey.tokens.issued", "latchkey.grant", "client_credentials", 1)]
    [InlineData("latchkey.signin.failed", "latchkey.reason", "wrong_password", 1)]
    [InlineData("latchkey.refresh.reused", "latchkey.tenant", "demo", 1)]
    [InlineData("latchkey.sas.issued", "latchkey.sas.permission", "c", 1)]
    [InlineData("latchkey.sas.issued", "latchkey.sas.permission", "cw", 1)]
    [InlineData("latchkey.sas.issued", "latchkey.sas.permission", "r", 1)]
    public void What_matters_is_counted_by_tenant_and_kind(string name, string tag, string value, int times)
    {
        var counted = run.Received.Figures.Where(figure => figure.Name == name && figure.Tags[tag] == value).ToList();
        Assert.Equal(times, counted.Sum(figure => figure.Sum));
        Assert.All(counted, figure => Assert.Equal("demo", figure.Tags["latchkey.tenant"]));
    }

    [Fact]
    public void Storage_round_trips_are_told_per_operation()
    {
        var tokens = run.Received.Figures.Single(figure =>
            figure.Name == "latchkey.storage.roundtrips" && figure.Tags["latchkey.operation"] == "token");
        Assert.Equal(8, tokens.Count);
        Assert.InRange(tokens.Sum, 10, 70); // Refreshes take 2, sign-ins some ten; retries and the first use of a table count too.
    }

    [Fact]
    public void A_trace_goes_on_from_the_caller_through_our_span_to_the_calls_to_storage()
    {
        var span = run.Received.Spans.Single(span => span.TraceId == ExportedRun.TraceId && span.ParentId == ExportedRun.CallerSpanId);
        Assert.Equal(("GET /{tenant}/files/{id}", 2, "Latchkey"), (span.Name, span.Kind, span.Source));
        Assert.Equal("200", span.Tags["http.response.status_code"]);
        Assert.Contains(run.Received.Spans, call =>
            call.ParentId == span.SpanId && call.Source.StartsWith("Azure.Data.Tables", StringComparison.Ordinal));
        // One server span per request; what belongs to none is not traced; every other span hangs below one.
        Assert.Single(run.Received.Spans, other => other.TraceId == ExportedRun.TraceId && other.Kind == 2);
        var known = run.Received.Spans.Select(other => other.SpanId).ToHashSet();
        Assert.All(run.Received.Spans.Where(other => other.Kind != 2), other => Assert.Contains(other.ParentId, known));
    }

    [Fact]
    public void A_log_line_says_to_which_request_it_belongs()
    {
        var line = run.Received.Lines.First(line => line.Text.Contains("reused; session revoked", StringComparison.Ordinal));
        Assert.Contains(run.Received.Spans, span =>
            span.TraceId == line.TraceId && span.SpanId == line.SpanId && span.Name == "POST /{tenant}/oauth/token");
        Assert.Contains(run.Received.Lines, line =>
            line.Severity == "Warning" && line.Text.Contains("refresh token reused", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_that_was_exported_or_printed_holds_a_secret_an_address_or_a_callers_words()
    {
        Assert.True(run.Host.Secrets.Seen.Count > 10);
        LeakSearch.Search(run.Received.Bytes, run.Host.Secrets.Seen);
        LeakSearch.Search(run.Host.Log, run.Host.Secrets.Seen);
        Assert.DoesNotContain(run.Received.Spans, span =>
            span.Tags.Keys.Any(name => name is "url.full" or "url.path" or "url.query") || span.StatusText.Length > 0);
        Assert.All(run.Received.Bytes, bytes => Assert.DoesNotContain("free-text-of-the-caller", bytes, StringComparison.Ordinal));
        Assert.All(run.Received.Bytes, bytes => Assert.DoesNotContain("PartitionKey=", bytes, StringComparison.Ordinal));
    }
}
