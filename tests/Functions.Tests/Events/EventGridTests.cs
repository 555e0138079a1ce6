using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Events;

/// <summary>The deployment's topic of Event Grid: its publish API for CloudEvents 1.0, spoken by a server on this machine.</summary>
public sealed partial class EventGridTests : IAsyncLifetime
{
    const string ScanTopic = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-test/providers"
        + "/Microsoft.EventGrid/topics/evgt-scan";

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
        host = await TestHost.Start(
            settings: new()
            {
                ["Latchkey:EventGridTopic"] = $"https://localhost:{port}/api/events",
                ["Latchkey:Scan:Mode"] = "Defender",
                ["Latchkey:Scan:Topic"] = ScanTopic,
            },
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

    [Fact]
    public async Task Every_type_on_the_page_about_webhooks_is_sent_by_some_act_with_nothing_that_the_page_does_not_say()
    {
        var documented = Documented();
        Assert.Equal(EventTypes.All.Append(EventTypes.Test).Order(StringComparer.Ordinal), documented.Keys.Order(StringComparer.Ordinal));
        var admin = await host.Admin();
        await UsersAndSessions(admin);
        await ClientsAndWebhooks(admin);
        await Sharing(await FilesAndFolders());
        await Malware(admin);
        var operators = await host.Operator();
        await operators.Post("tenants/acme/suspend", new { reason = "A test." }, 200);
        await operators.Post("tenants/acme/resume", new { }, 200);
        await operators.AddTenant(new { id = "brief", name = "Brief" });
        await Deleted(operators, "brief");

        for (var tries = 0; tries < 500 && EventTypes.All.Except(Sent().Keys).Any(); tries++) await Task.Delay(20);
        var sent = Sent();
        Assert.Empty(EventTypes.All.Except(sent.Keys));
        Assert.All(sent, one => Assert.Subset(documented[one.Key], one.Value));
    }

    // Type → the members of its data.
    Dictionary<string, HashSet<string>> Sent() => received.Select(one => Event(one.Body))
        .GroupBy(one => one.GetProperty("type").GetString()!["latchkey.".Length..])
        .ToDictionary(type => type.Key, type => type.SelectMany(one => one.GetProperty("data").EnumerateObject())
            .Select(member => member.Name).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    async Task UsersAndSessions(AdminClient admin)
    {
        var user = await admin.AddUser(new NewUser("types"));
        await admin.ChangeUser(user.Id, new { email = "types@example.com" });
        var first = await host.Tokens(user: "types");
        var second = await host.Refreshed("demo", first.RefreshToken!);
        await host.Refreshed("demo", second.RefreshToken!);
        await host.Refresh("demo", first.RefreshToken!).Refused("invalid_grant");
        await admin.Do(HttpMethod.Put, $"users/{user.Id}/password", new { password = "another-password" });
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var stored = (await host.Service<UserStore>().Find(tenant, user.Id, default))!;
        Assert.True(await host.Service<SecondFactorStore>()
            .TryAdd(tenant, stored, new SecondFactor("x", [1], 0, [], host.Clock.Now), default));
        await admin.ChangeUser(user.Id, new { disabled = true });
        await admin.ChangeUser(user.Id, new { disabled = false });
        await admin.DeleteUser(user.Id);
    }

    static async Task ClientsAndWebhooks(AdminClient admin)
    {
        await admin.Patch("settings", new { name = "Demo 2" });
        var client = (await admin.Post("clients",
            new { name = "Types", grants = (string[])["client_credentials"], scope = (string[])["files.read"] })).GetProperty("id")
                .GetString();
        await admin.Patch($"clients/{client}", new { name = "Types 2" });
        await admin.Do(HttpMethod.Delete, $"clients/{client}");
        var hook = (await admin.Post("webhooks", new { url = "https://hooks.example.com/", types = (string[])["tenant.deleted"] }))
            .GetProperty("id").GetString();
        await admin.Patch($"webhooks/{hook}", new { description = "For the tests" });
        await admin.Patch($"webhooks/{hook}", new { enabled = false });
        await admin.Patch($"webhooks/{hook}", new { enabled = true });
        await admin.Do(HttpMethod.Delete, $"webhooks/{hook}");
    }

    async Task<VersionsClient> FilesAndFolders()
    {
        var alice = await VersionsClient.Of(host);
        var id = await alice.Upload([1, 2, 3]);
        await alice.Change(id, new { name = "another.bin" });
        await alice.Change(id, new { folder = "elsewhere" });
        await alice.Replace(id, [4, 5]);
        await alice.Trash(id);
        await alice.Restore(id);
        await alice.Purge(id);
        var folders = await FoldersClient.As(host);
        await folders.Make("empty");
        await folders.Move("empty", "moved");
        await folders.TrashFolder("moved");
        await folders.RestoreFolder("moved");
        return alice;
    }

    async Task Sharing(VersionsClient alice)
    {
        var id = await alice.Upload([1, 2, 3]);
        foreach (var share in new object[] { new { with = new { user = "bob" }, access = "read" },
            new { link = new { }, access = "read" } })
            await alice.Send(HttpMethod.Delete, $"/{id}/shares/{(await alice.Share(id, share)).Id}").Is(204);
        var link = await host.Send(HttpMethod.Post, "/demo/links", alice.Token, new { folder = "moved" }).Read<SpaceLinkAnswer>(201);
        await host.Send(HttpMethod.Patch, $"/demo/links/{link.Id}", alice.Token, new { title = "Moved" }).Is(200);
        await host.Send(HttpMethod.Delete, $"/demo/links/{link.Id}", alice.Token).Is(204);
        var request = await host.Send(HttpMethod.Post, "/demo/requests", alice.Token, new { title = "Scans" }).Read<FileRequestAnswer>(201);
        await new HandInSender(host, request.Url!).Send([1], "scan");
        await host.Send(HttpMethod.Patch, $"/demo/requests/{request.Id}", alice.Token, new { title = "Other scans" }).Is(200);
        await host.Send(HttpMethod.Delete, $"/demo/requests/{request.Id}", alice.Token).Is(204);
    }

    async Task Malware(AdminClient admin)
    {
        await admin.Patch("settings", new { malwareScanning = true });
        await host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.ScanResults).CreateAsync(); // As infra does.
        var alice = await host.As("alice");
        foreach (var result in (string[])["Malicious", "Error"])
        {
            var id = await alice.Upload([1, 2, 3]);
            var blob = host.Service<StorageClients>().Blobs.GetBlobContainerClient("files-demo").GetBlobClient(id);
            var etag = (await blob.GetPropertiesAsync()).Value.ETag.ToString().Trim('"');
            await host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.ScanResults).SendMessageAsync(JsonSerializer.Serialize(new
            {
                data = new { blobUri = blob.Uri.AbsoluteUri, eTag = etag, scanResultType = result },
                eventType = "Microsoft.Security.MalwareScanningResult",
                topic = ScanTopic,
            }));
            await host.RunQueues();
        }
    }

    // Type → the members that the page names.
    static Dictionary<string, HashSet<string>> Documented()
    {
        var rows = from line in File.ReadLines(Repository.Path("docs/operating/webhooks.md"))
                   let cells = line.Split('|')
                   where cells is [_, var types, _, _]
                       && Name().Matches(types).Any(name => name.Value.Contains('.', StringComparison.Ordinal))
                   from type in Name().Matches(cells[1])
                   select (Type: type.Groups[1].Value, Members: Name().Matches(cells[2]).Select(name => name.Groups[1].Value));
        return rows.ToDictionary(row => row.Type, row => row.Members.Append("tenant").ToHashSet(StringComparer.Ordinal));
    }

    [GeneratedRegex("`([A-Za-z_.]+)`")]
    private static partial Regex Name();

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
