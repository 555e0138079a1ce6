using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Tests.Files;
using Latchkey.Tests.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Telemetry;

/// <summary>
/// Exports of hosts within this process: to Azure Monitor, of calls to the vault, of a share of the requests. They run
/// alone: an activity belongs to the process, and what any other host records meanwhile would be exported too.
/// </summary>
[Collection(Alone.Name), Trait("Runs", Alone.Name)]
public sealed class InProcessExportTests
{
    [Fact]
    public async Task Requests_figures_and_log_lines_go_to_Azure_Monitor_with_the_apps_identity_and_without_secrets()
    {
        var ingestion = new Ingestion();
        SecretWatch secrets;
        await using (var host = await TestHost.Start(settings: new()
        {
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://ingestion.invalid/",
        }, services: services => services
            .AddSingleton<TokenCredential>(new Identity())
            .AddSingleton<HttpPipelineTransport>(new HttpClientTransport(new HttpClient(ingestion)))))
        {
            secrets = host.Secrets;
            await host.SignIn("demo");
            await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
                ("password", "a-wrong-password"));
        }
        Assert.NotEmpty(ingestion.Posts);
        Assert.All(ingestion.Posts, post => Assert.Equal("Bearer identity-token", post.Authorization));
        var sent = string.Join('\n', ingestion.Posts.Select(post => post.Body));
        foreach (var expected in new[]
        {
            "\"name\":\"POST /{tenant}/oauth/token\"", "http.server.request.duration", "latchkey.tokens.issued", "latchkey.signin.failed",
            "latchkey.storage.roundtrips", "\"baseType\":\"MessageData\"", "\"ai.cloud.role\":\"latchkey\"",
        })
        {
            Assert.Contains(expected, sent, StringComparison.Ordinal);
        }
        LeakSearch.Search(sent.Split('\n'), secrets.Seen);
    }

    [Fact]
    public async Task Without_a_telemetry_setting_nobody_listens()
    {
        await using var host = await TestHost.Start();
        Assert.DoesNotContain(host.Service<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>(),
            service => service.GetType().FullName!.StartsWith("OpenTelemetry", StringComparison.Ordinal));
        Assert.Empty(host.Service<IEnumerable<OpenTelemetry.Trace.TracerProvider>>());
        Assert.False(Latchkey.Telemetry.Instruments.Source.HasListeners());
    }

    [Fact]
    public async Task The_operator_and_no_caller_says_how_many_requests_are_traced()
    {
        await using var receiver = await OtlpReceiver.Start();
        await using (var host = await TestHost.Start(settings: new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["Latchkey:TracePercent"] = "0",
        }))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
            request.Headers.Add("traceparent", "00-2af7651916cd43dd8448eb211c80319e-b7ad6b7169203331-01");
            await TestHost.Json(await host.Http.SendAsync(request), 200);
        }
        Assert.Empty(receiver.Spans);
        Assert.Contains(receiver.Figures, figure =>
            figure.Name == "http.server.request.duration" && figure.Tags["http.route"] == "/health/live");
    }

    [Fact]
    public async Task A_call_to_the_vault_is_part_of_the_trace_of_the_request_that_waits_for_it()
    {
        const string TraceId = "1af7651916cd43dd8448eb211c80319d";
        var clock = new TestClock();
        await using var receiver = await OtlpReceiver.Start();
        await using var vault = await StandInVault.Start(clock);
        vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
        vault.Keys.AddRsa("wrap");
        clock.Advance(TimeSpan.FromMinutes(11));
        await using (var host = await TestHost.Start(clock: clock, settings: new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["Latchkey:Signing:Mode"] = "KeyVault",
            ["Latchkey:Signing:Vault"] = vault.Address.AbsoluteUri,
            ["Latchkey:Signing:AccessTokenKey"] = "access",
            ["Latchkey:Signing:IdTokenKey"] = "id",
            ["Latchkey:Signing:WrapKey"] = "wrap",
        }, services: services =>
            services.AddSingleton<TokenCredential>(vault.Credential).AddSingleton<HttpPipelineTransport>(vault.Transport)))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token")
            {
                Content = TestHost.Form(("grant_type", "client_credentials"), ("client_id", "service"),
                    ("client_secret", "service-secret-for-local-runs-only")),
            };
            request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
            await TestHost.Json(await host.Http.SendAsync(request), 200);
        }
        Assert.Contains(receiver.Spans, span => span.TraceId == TraceId && span.Name == "CryptographyClient.Sign");
    }

    sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.StartsWith("https://monitor.azure.com", Assert.Single(requestContext.Scopes), StringComparison.Ordinal);
            return new AccessToken("identity-token", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }

    sealed class Ingestion : HttpMessageHandler
    {
        public ConcurrentQueue<(string Authorization, string Body)> Posts { get; } = new();

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            request.Content!.CopyTo(body, null, cancellationToken);
            return Take(request, body);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            await request.Content!.CopyToAsync(body, cancellationToken);
            return Take(request, body);
        }

        HttpResponseMessage Take(HttpRequestMessage request, MemoryStream body)
        {
            body.Position = 0;
            using var reader = new StreamReader(request.Content!.Headers.ContentEncoding.Contains("gzip")
                ? new GZipStream(body, CompressionMode.Decompress) : body, Encoding.UTF8);
            Posts.Enqueue(($"{request.Headers.Authorization}", reader.ReadToEnd()));
            return new HttpResponseMessage(
                HttpStatusCode.OK)
            { Content = new StringContent("{\"itemsReceived\":1,\"itemsAccepted\":1,\"errors\":[]}") };
        }
    }
}
