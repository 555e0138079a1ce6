using System.Net;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>Consent is asked for once, in plain words, and a form that is sent twice does no harm.</summary>
public sealed class ConsentPageTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task The_page_says_what_the_app_wants_and_where_it_goes()
    {
        var client = await Registered.WebApp(host, client =>
            client with { Name = "<b>App</b> & Co", WebsiteUri = "https://app.example/about" });
        var (browser, answer) = await SignedIn(client);
        var page = WebUtility.HtmlDecode(await (await browser.Follow(answer)).Content.ReadAsStringAsync());
        foreach (var words in new[] { "See your name, picture, language and time zone", "See and download your files", "app.example/about",
            "You will return to app.example",
            "Alice" })
            Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_website_that_the_app_names_itself_is_shown_once_an_administrator_stands_for_it()
    {
        var client = await Registered.WebApp(host, client =>
            client with { RegisteredAt = host.Clock.Now, WebsiteUri = "https://your-bank.example/" });
        var (browser, answer) = await SignedIn(client);
        Assert.DoesNotContain("your-bank", await (await browser.Follow(answer)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await browser.Consent(answer);
        Assert.DoesNotContain("your-bank", await (await browser.Get("/demo/account")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        var admin = (await host.Tokens("demo", "admin")).AccessToken;
        await host.Send(HttpMethod.Patch, $"/demo/admin/clients/{client.Id}", admin, new { websiteUri = "https://the-app.example/" })
            .Is(200);
        Assert.Contains("the-app.example",
            await (await browser.Follow(await browser.Authorize([.. App(client), ("scope", "openid email")]))).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_markup_in_it_is_only_a_name()
    {
        var client = await Registered.WebApp(host, client => client with { Name = "<b>App</b>" });
        var (browser, answer) = await SignedIn(client);
        Assert.DoesNotContain("<b>App", await (await browser.Follow(answer)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_approved_is_kept_and_only_more_is_asked_for_again()
    {
        var client = await Registered.WebApp(host);
        var (browser, answer) = await SignedIn(client);
        await browser.Consent(answer);
        Assert.Contains("code=", Browser.Location(await browser.Authorize(App(client))), StringComparison.Ordinal);
        var more = await browser.Authorize([.. App(client), ("scope", "openid email")]);
        Assert.StartsWith("/demo/consent", Browser.Location(more), StringComparison.Ordinal);
        await browser.Consent(more);
        Assert.Equal("openid profile files.read email", (await Approved(client)).ToString());
    }

    [Fact]
    public async Task A_no_goes_back_to_the_app_and_is_not_kept()
    {
        var client = await Registered.WebApp(host);
        var (browser, answer) = await SignedIn(client);
        var returned = Browser.Returned(Browser.Location(await browser.Consent(answer, "deny")));
        Assert.Equal("access_denied", returned["error"]);
        Assert.Equal("st 1&2", returned["state"]);
        Assert.Equal($"{host.Origin}/demo", returned["iss"]);
        Assert.True((await Approved(client)).IsEmpty);
    }

    [Fact]
    public async Task Sent_twice_the_form_gives_one_code()
    {
        var client = await Registered.WebApp(host, client => client with { Native = true, SecretHashes = [] });
        var (browser, answer) = await SignedIn(client);
        var fields = await Browser.Fields(await browser.Follow(answer));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            Task.Run(() => browser.Post("/demo/consent", [.. fields, ("action", "allow")]))));
        var code = Assert.Single(answers.Select(a => Browser.Returned(Browser.Location(a))["code"]).Distinct());
        await browser.Redeem(code, ("client_id", client.Id), ("redirect_uri", Registered.Redirect)).Is(200);
        var late = await browser.Post("/demo/consent", [.. fields, ("action", "allow")]);
        Assert.Equal(code, Browser.Returned(Browser.Location(late))["code"]); // It is spent, and the click has not renewed it.
        Assert.Equal(400, (int)(await browser.Redeem(code, ("client_id", client.Id), ("redirect_uri", Registered.Redirect))).StatusCode);
    }

    [Fact]
    public async Task A_consent_form_is_finished_a_minute_after_its_answer()
    {
        var (browser, answer) = await SignedIn(await Registered.WebApp(host));
        var fields = await Browser.Fields(await browser.Follow(answer));
        await browser.Post("/demo/consent", [.. fields, ("action", "allow")]);
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/consent", [.. fields, ("action", "allow")])).StatusCode);
    }

    [Fact]
    public async Task The_first_answer_to_a_consent_form_stands()
    {
        var (browser, answer) = await SignedIn(await Registered.WebApp(host));
        var fields = await Browser.Fields(await browser.Follow(answer));
        await browser.Post("/demo/consent", [.. fields, ("action", "deny")]);
        var yes = await browser.Post("/demo/consent", [.. fields, ("action", "allow")]);
        Assert.Equal("access_denied", Browser.Returned(Browser.Location(yes))["error"]);
    }

    [Fact]
    public async Task A_yes_holds_only_for_what_was_shown()
    {
        var client = await Registered.WebApp(host);
        var (browser, answer) = await SignedIn(client);
        var fields = await Browser.Fields(await browser.Follow(answer));
        fields.RemoveAll(f => f.Item1 == "scope");
        var page = await browser.Post("/demo/consent", [.. fields, ("scope", "openid"), ("action", "allow")]);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode); // The page again.
        Assert.True((await Approved(client)).IsEmpty);
    }

    [Fact]
    public async Task The_users_roles_bound_what_is_asked_for()
    {
        var client = await Registered.WebApp(host, client => client with { Scope = Scope.Of("openid", "files.read", "admin") });
        var (browser, answer) = await SignedIn(client, ("scope", "openid admin files.read"));
        Assert.DoesNotContain("Administer", await (await browser.Follow(answer)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var code = Browser.Returned(Browser.Location(await browser.Consent(answer)))["code"];
        var tokens = await browser.Redeem(code, ("client_id", client.Id), ("client_secret", Registered.Secret),
            ("redirect_uri", Registered.Redirect)).Read<TokenAnswer>();
        Assert.Equal("openid files.read", tokens.Scope);
    }

    [Fact]
    public async Task A_user_with_no_right_to_any_of_it_is_told_through_the_app()
    {
        var client = await Registered.WebApp(host, client => client with { Scope = Scope.Of("admin") });
        var browser = new Browser(host);
        var answer = await browser.SignIn(await browser.Authorize([.. App(client), ("scope", "admin"), ("nonce", null)]));
        Assert.Equal("invalid_scope", Browser.Returned(Browser.Location(answer))["error"]);
    }

    [Fact]
    public async Task The_session_is_in_the_users_list_with_its_device()
    {
        var client = await Registered.WebApp(host);
        var (browser, answer) = await SignedIn(client);
        await browser.Consent(answer);
        var (tenant, alice) = await Alice();
        var line = Assert.Single(await host.Service<UserSessions>().List(tenant, alice.Id, CancellationToken.None), s =>
            s.ClientId == client.Id);
        Assert.Equal("127.0.0.0/24", line.Device.Address);
    }

    async Task<(Browser, HttpResponseMessage)> SignedIn(Client client, params (string, string?)[] changes)
    {
        var browser = new Browser(host);
        return (browser, await browser.SignIn(await browser.Authorize([.. App(client), .. changes])));
    }

    static (string, string?)[] App(Client client) => [("client_id", client.Id), ("redirect_uri", Registered.Redirect)];

    async Task<Scope> Approved(Client client)
    {
        var (tenant, alice) = await Alice();
        return (await host.Service<Consents>().Find(tenant, alice, client, CancellationToken.None)).Own;
    }

    async Task<(Tenant, User)> Alice()
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", CancellationToken.None))!;
        return (tenant, (await host.Service<UserStore>().FindByName(tenant, "alice", CancellationToken.None))!);
    }
}
