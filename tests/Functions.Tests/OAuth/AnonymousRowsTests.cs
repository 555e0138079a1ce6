using System.Net;
using System.Net.Http.Json;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tests.OAuth;

/// <summary>Nobody fills the tables from one address without signing in, and nobody is kept out for long.</summary>
public sealed class AnonymousRowsTests
{
    [Fact]
    public async Task An_address_that_begins_too_much_waits_and_nothing_is_written_and_others_go_on()
    {
        await using var host = await TestHost.Start(settings: new() { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" });
        var open = (await host.Tenant("demo")) with { OpenRegistration = true };
        await host.Service<TenantStore>().Save(open, default);
        host.Clock.Advance(TimeSpan.FromSeconds(31)); // The tenant is cached.
        var signedIn = new Browser(host);
        await signedIn.SignIn(await signedIn.Get("/demo/account"));
        UseUp(host.Service<AnonymousLimiter>());

        var before = await Rows(host);
        foreach (var (what, send) in Beginnings(host))
        {
            var answer = await send(null);
            Assert.True(answer.StatusCode == HttpStatusCode.TooManyRequests, $"{what} answered {(int)answer.StatusCode}");
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
            if (answer.Content.Headers.ContentType!.MediaType == "text/html") continue;
            var problem = await answer.Problem(429);
            Assert.Equal(("too_many_requests", "temporarily_unavailable"), (problem.Code, problem.Error));
        }
        Assert.Equal(before, await Rows(host));
        // What is signed in or proves who it is goes on; so do other addresses.
        Assert.Equal(HttpStatusCode.OK, (await signedIn.Get("/demo/account")).StatusCode);
        await host.Tokens("demo");
        await host.ServiceToken();
        foreach (var (what, send) in Beginnings(host))
            Assert.True((int)(await send("198.51.100.7")).StatusCode < 400, $"{what} from elsewhere");

        host.Clock.Advance(TimeSpan.FromSeconds(10));
        foreach (var (what, send) in Beginnings(host))
            Assert.True((int)(await send(null)).StatusCode < 400, $"{what} ten seconds later");
    }

    [Fact]
    public async Task Any_number_of_addresses_takes_no_more_memory_than_ten_thousand()
    {
        await using var host = await TestHost.Start();
        var rows = host.Service<AnonymousLimiter>();
        for (var n = 0; n < 10_500; n++) Take(rows, Address(n)); // The last 500 share a bucket.
        Assert.Equal(10_001, rows.Count);
        Assert.Throws<Problem>(() =>
        {
            for (var n = 10_500; n < 11_500; n++) Take(rows, Address(n));
        });
        Assert.Equal(10_001, rows.Count);
        host.Clock.Advance(TimeSpan.FromMinutes(1)); // All of them are full again, and are forgotten for a new one.
        Take(rows, IPAddress.Parse("192.0.2.1"));
        Assert.InRange(rows.Count, 1, 2);
    }

    static IPAddress Address(int n) => new([10, (byte)(n >> 16), (byte)(n >> 8), (byte)n]);

    static void UseUp(AnonymousLimiter rows)
    {
        for (var n = 0; n < AnonymousLimiter.Burst; n++)
        {
            try
            {
                Take(rows, IPAddress.Loopback);
            }
            catch (Problem)
            {
                return;
            }
        }
    }

    static void Take(AnonymousLimiter rows, IPAddress address)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address;
        rows.Take(context.Request);
    }

    static IEnumerable<(string What, Func<string?, Task<HttpResponseMessage>> Send)> Beginnings(TestHost host)
    {
        yield return ("authorize", from => Send(new(HttpMethod.Get, $"/demo/oauth/authorize?{Browser.Request()}"), from));
        yield return ("authorize by POST", from => Send(new(HttpMethod.Post, "/demo/oauth/authorize")
        {
            Content = new StringContent(Browser.Request(), null, "application/x-www-form-urlencoded"),
        }, from));
        yield return ("account", from => Send(new(HttpMethod.Get, "/demo/account"), from));
        yield return ("par", from => Send(new(HttpMethod.Post, "/demo/oauth/par")
        {
            Content = new StringContent(Browser.Request(), null, "application/x-www-form-urlencoded"),
        }, from));
        yield return ("device authorization", from =>
            Send(new(HttpMethod.Post, "/demo/oauth/device_authorization") { Content = TestHost.Form([("client_id", "tv")]) }, from));
        yield return ("register", from => Send(new(HttpMethod.Post, "/demo/oauth/register")
        {
            Content = JsonContent.Create(new { redirect_uris = (string[])["https://app.example/callback"] }),
        }, from));

        Task<HttpResponseMessage> Send(HttpRequestMessage request, string? from)
        {
            if (from is not null) request.Headers.Add("X-Forwarded-For", from);
            return host.Http.SendAsync(request);
        }
    }

    static async Task<int> Rows(TestHost host)
    {
        var (tables, rows) = (host.Service<StorageClients>().Tables, 0);
        await foreach (var table in tables.QueryAsync())
        {
            if (!table.Name.StartsWith("Requests", StringComparison.Ordinal) && table.Name != "Clients") continue;
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>()) rows++;
        }
        return rows;
    }
}
