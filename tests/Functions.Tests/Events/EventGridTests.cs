using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Events;

/// <summary>The deployment's topic of Event Grid: its publish API for CloudEvents 1.0, spoken by a server on this machine.</summary>
public sealed class EventGridTests : IAsyncLifetime
{
    readonly int port = Azurite.FreePort();
    readonly ConcurrentQueue<(IHeaderDictionary Headers, string Query, string Body)> received = [];
    WebApplication topic = null!;
    TestHost host = null!;
    HttpClientHandler trusting = null!;
    int status = 200;

    public async Task InitializeAsync()
    {
        topic = Topic();
        await topic.StartAsync();
        trusting = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        host = await TestHost.Start(settings: new() { ["Latchkey:EventGridTopic"] = $"https://localhost:{port}/api/events" },
            services: added => added.AddSingleton<TokenCredential>(new Identity())
                .AddSingleton<HttpPipelineTransport>(new HttpClientTransport(new HttpClient(trusting))));
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await topic.DisposeAsync();
        trusting.Dispose();
    }

    [Fact]
    public async Task All_tenants_events_go_to_the_topic_as_cloud_events_with_the_apps_identity_and_again_after_a_failure()
    {
        var user = await (await host.Admin("acme")).AddUser(new NewUser("grid"));
        var (headers, query, body) = await Next("user.created", user.Id);
        Assert.Equal("Bearer the-apps-token", headers.Authorization.Single());
        Assert.StartsWith("application/cloudevents", headers.ContentType.Single(), StringComparison.Ordinal);
        Assert.StartsWith("?api-version=", query, StringComparison.Ordinal);
        var sent = Event(body);
        Assert.Equal("1.0", sent.GetProperty("specversion").GetString());
        Assert.Equal($"{host.Origin}/acme", sent.GetProperty("source").GetString());
        Assert.Equal("acme", sent.GetProperty("subject").GetString());
        Assert.Equal("application/json", sent.GetProperty("datacontenttype").GetString());
        Assert.Equal(host.Clock.Now, sent.GetProperty("time").GetDateTimeOffset());
        Assert.Equal($$"""{"tenant":"acme","userId":"{{user.Id}}"}""", sent.GetProperty("data").GetRawText());

        var admin = await host.Admin("acme");
        foreach (var path in new[] { "test", "deliveries/x/retry" }) // The operator pays for the topic.
            await admin.Send(HttpMethod.Post, $"webhooks/eventgrid/{path}", new { }).Fails(404, "webhook_not_found");
        var operators = await (await host.Operator()).Into("acme");
        status = 503;
        await admin.DeleteUser(user.Id);
        await Eventually.True(async () => (await operators.Get("webhooks/eventgrid/deliveries?state=pending")).GetProperty("deliveries")
            .EnumerateArray().Any(one => one.GetProperty("lastResult").GetString() == "503"));
        status = 200;
        host.Clock.Advance(TimeSpan.FromMinutes(7));
        await host.RunTimer("send-events");
        await Next("user.deleted", user.Id);
        Assert.Equal("webhook_not_found", (await admin.Get("webhooks/k5zjx2mqh4r7wa3d/deliveries", 404)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_topic_hears_of_a_tenant_from_its_creation_to_its_deletion()
    {
        var operators = await host.Operator();
        await operators.AddTenant(new { id = "short", name = "Short" });
        Assert.Equal("short", Event((await Next("tenant.created", "short")).Body).GetProperty("subject").GetString());
        await Deleted(operators, "short");
        Assert.Equal("short", Event((await Next("tenant.deleted", "short")).Body).GetProperty("subject").GetString());
    }

    static async Task Deleted(AdminClient operators, string tenant)
    {
        await operators.Post($"tenants/{tenant}/suspend", new { reason = "It ends." }, 200);
        var exported = await (await operators.Send(HttpMethod.Get, $"tenants/{tenant}/export")).Content.ReadAsStringAsync();
        var confirm = JsonDocument.Parse(exported.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("confirm").GetString();
        await operators.Do(HttpMethod.Delete, $"tenants/{tenant}", new { confirm });
    }

    // What else arrives meanwhile is of no interest.
    async Task<(IHeaderDictionary Headers, string Query, string Body)> Next(string type, string about)
    {
        (IHeaderDictionary, string, string Body) found = default;
        await Eventually.True(() =>
        {
            while (found.Body is null && received.TryDequeue(out var one))
            {
                if (Event(one.Body).GetProperty("type").GetString() == $"latchkey.{type}"
                    && one.Body.Contains(about, StringComparison.Ordinal))
                    found = one;
            }
            return found.Body is not null;
        });
        return found;
    }

    static JsonElement Event(string body) => JsonDocument.Parse(body).RootElement is { ValueKind: JsonValueKind.Array } many
        ? Assert.Single(many.EnumerateArray()) : JsonDocument.Parse(body).RootElement;

    WebApplication Topic()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, default), new DateTimeOffset(2100, 1, 1, 0, 0, 0, default));
        var pfx = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.UseHttps(pfx)));
        var web = builder.Build();
        web.MapPost("/api/events", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            received.Enqueue((new HeaderDictionary(http.Request.Headers.ToDictionary()), http.Request.QueryString.Value!,
                await reader.ReadToEndAsync()));
            http.Response.StatusCode = status;
        });
        return web;
    }

    sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("the-apps-token", new DateTimeOffset(2100, 1, 1, 0, 0, 0, default));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
