using System.Net;
using System.Text.Json;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>Pushed authorization requests (RFC 9126).</summary>
public sealed class PushedRequestTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_pushed_request_is_used_once_by_its_reference()
    {
        var pushed = await Push().Read<PushedAnswer>(201);
        Assert.Equal(90, pushed.ExpiresIn);
        var reference = Reference(pushed);
        Assert.StartsWith("urn:ietf:params:oauth:request_uri:", reference, StringComparison.Ordinal);
        var browser = new Browser(host);
        var answer = await browser.SignIn(await Use(browser, reference));
        if (Browser.Location(answer).StartsWith('/')) answer = await browser.Consent(answer);
        var returned = Browser.Returned(Browser.Location(answer));
        Assert.Equal("st 1&2", returned["state"]);
        await browser.Redeem(returned["code"]).Is(200);
        Assert.Equal(HttpStatusCode.BadRequest, (await Use(new Browser(host), reference)).StatusCode);
    }

    [Fact]
    public async Task Of_many_who_use_a_pushed_request_at_once_one_gets_in()
    {
        var reference = Reference(await Push().Read<PushedAnswer>(201));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Use(new Browser(host), reference))));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task Parameters_beside_the_reference_of_a_pushed_request_do_not_count()
    {
        var reference = Reference(await Push().Read<PushedAnswer>(201));
        var answer = await new Browser(host).Authorize(("request_uri", reference), ("redirect_uri", "https://evil.example"),
            ("prompt", "none"));
        Assert.StartsWith("/demo/login", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_client_can_neither_use_it_nor_use_it_up()
    {
        var other = await Registered.WebApp(host);
        var reference = Reference(await Push().Read<PushedAnswer>(201));
        Assert.Equal(HttpStatusCode.BadRequest, (await Use(new Browser(host), reference, other.Id)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Use(new Browser(host, "acme"), reference, tenant: "acme")).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await Use(new Browser(host), reference)).StatusCode);
    }

    [Fact]
    public async Task A_pushed_request_expires()
    {
        var reference = Reference(await Push().Read<PushedAnswer>(201));
        host.Clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(HttpStatusCode.BadRequest, (await Use(new Browser(host), reference)).StatusCode);
    }

    [Fact]
    public async Task A_client_may_be_bound_to_push()
    {
        var client = await Registered.WebApp(host, client => client with { RequirePushedRequests = true });
        (string, string?)[] app = [("client_id", client.Id), ("redirect_uri", Registered.Redirect)];
        Assert.Equal("invalid_request", Browser.Returned(Browser.Location(await new Browser(host).Authorize(app)))["error"]);
        var pushed = await Push([.. app, ("client_secret", Registered.Secret)]).Read<PushedAnswer>(201);
        Assert.StartsWith("/demo/login", Browser.Location(await Use(new Browser(host), Reference(pushed), client.Id)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_with_a_secret_must_show_it_and_it_is_not_kept()
    {
        var client = await Registered.WebApp(host);
        (string, string?)[] app = [("client_id", client.Id), ("redirect_uri", Registered.Redirect)];
        await Push(app).Refused("invalid_client", 401);
        await Push([.. app, ("client_secret", Registered.Secret)]).Is(201);
        await foreach (var table in host.Service<Latchkey.Storage.StorageClients>().Tables.QueryAsync())
        {
            if (!table.Name.StartsWith("Requests", StringComparison.Ordinal)) continue;
            await foreach (var row in host.Service<Latchkey.Storage.StorageClients>().Tables.GetTableClient(table.Name)
                .QueryAsync<Azure.Data.Tables.TableEntity>())
                Assert.DoesNotContain(Registered.Secret, JsonSerializer.Serialize(row), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/callback", "invalid_request")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [InlineData("request", "e30", "request_not_supported")]
    [InlineData("scope", "admin", "invalid_scope")]
    [InlineData("response_type", "nonsense", "unsupported_response_type")]
    [InlineData("code_challenge", null, "invalid_request")]
    public async Task What_is_wrong_is_said_at_once(string name, string? value, string error) =>
        await Push((name, value)).Refused(error, 400);

    Task<HttpResponseMessage> Push(params (string, string?)[] changes) =>
        host.Http.PostAsync("/demo/oauth/par", new StringContent(Browser.Request(changes), null, "application/x-www-form-urlencoded"));

    static Task<HttpResponseMessage> Use(Browser browser, string reference, string clientId = "mobile", string tenant = "demo") =>
        browser.Get($"/{tenant}/oauth/authorize?client_id={clientId}&request_uri={Uri.EscapeDataString(reference)}");

    static string Reference(PushedAnswer pushed) => pushed.RequestUri;
}
