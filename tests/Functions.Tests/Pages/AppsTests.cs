using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>The apps page: a developer registers, changes and deletes apps by a form, and nobody else's.</summary>
public sealed partial class AppsTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Redirect = "https://app.example/callback";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_web_app_is_registered_and_its_id_and_secret_work()
    {
        var browser = await Developer();
        var (id, secret) = await Register(browser, ("name", "Füße & 日本 \"App\""), ("website", "https://app.example/"), ("redirects", $"{Redirect}\r\nhttps://app.example/other"));
        var tokens = await Token(id, secret!).Problem(400); // The client is known; there is no such code.
        Assert.Equal("invalid_grant", tokens.Error);
        var client = await Stored(id);
        Assert.Equal([Redirect, "https://app.example/other"], client!.RedirectUris);
        Assert.Equal(["authorization_code", "refresh_token"], client.Grants);
        Assert.False(client.FirstParty || client.LegacyImplicit || client.Native);
        Assert.DoesNotContain("admin", client.Scope.Tokens);
        var list = await Html(browser, "/demo/apps");
        Assert.Contains("F&#xFC;&#xDF;e &amp; &#x65E5;&#x672C; &quot;App&quot;", list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret!, list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret!, await Html(browser, $"/demo/apps/{id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_for_phones_has_no_secret_and_signs_users_in()
    {
        var (id, secret) = await Register(await Developer(), ("type", "native"), ("name", "Phone"), ("redirects", "com.example.dev:/cb\nhttp://127.0.0.1/cb"));
        Assert.Null(secret);
        var user = new Browser(host);
        var answer = await user.Answer(("client_id", id), ("redirect_uri", "http://127.0.0.1:5100/cb"));
        await user.Redeem(answer["code"], ("client_id", id), ("redirect_uri", null)).Is(200);
    }

    [Fact]
    public async Task A_service_acts_for_itself_and_needs_no_redirect_uri()
    {
        var (id, secret) = await Register(await Developer(), ("type", "service"), ("name", "Service"), ("redirects", ""));
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret!)).Is(200);
    }

    [Theory]
    [InlineData("name", "", "Name")]
    [InlineData("name", "a\u202Eb", "Name")]
    [InlineData("website", "http://plain.example", "Website")]
    [InlineData("website", "javascript:alert(1)", "Website")]
    [InlineData("redirects", "", "Redirect URIs")]
    [InlineData("redirects", "javascript:alert(1)", "private scheme")]
    [InlineData("redirects", "https://app.example/cb#fragment", "redirect URI")]
    [InlineData("redirects", "com.example.app:/cb", "private scheme")]
    [InlineData("after", "https://ok.example/\nhttp://plain.example/", "http is only allowed for")]
    [InlineData("type", "password", "type of app")]
    [InlineData("type", "first-party", "type of app")]
    public async Task A_field_that_is_not_good_is_named_and_what_was_typed_stays(string field, string value, string why)
    {
        var browser = await Developer();
        var page = await browser.Post("/demo/apps/new", [.. await Fields(browser, "/demo/apps/new"), ("action", "register"),
            .. Form(("website", "https://kept.example/"), (field, value))]);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains(why, WebUtility.HtmlDecode(Alert().Match(html).Groups[1].Value), StringComparison.OrdinalIgnoreCase);
        if (field != "website") Assert.Contains("https://kept.example/", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_sent_many_times_makes_one_app()
    {
        var browser = await Developer();
        var before = Apps(await Html(browser, "/demo/apps"));
        List<(string, string)> form = [.. await Fields(browser, "/demo/apps/new"), ("action", "register"), .. Form(("name", "Once"))];
        var pages = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => browser.Post("/demo/apps/new", form)));
        var secrets = await Task.WhenAll(pages.Select(async page => Secret().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value));
        Assert.All(pages, page => Assert.Equal(HttpStatusCode.OK, page.StatusCode));
        Assert.Single(secrets, secret => secret.Length > 0);
        Assert.Equal(before + 1, Apps(await Html(browser, "/demo/apps")));
    }

    [Fact]
    public async Task A_new_secret_leaves_the_old_one_good_for_a_day()
    {
        await using var own = await TestHost.Start();
        var browser = await Developer(own);
        var (id, first) = await Register(browser, ("type", "service"), ("redirects", ""));
        var second = await Rotate(browser, id);
        Assert.Equal(["200", "200"], await Statuses(own, id, first!, second));
        own.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Equal(["200", "200"], await Statuses(own, id, first!, second));
        own.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["401", "200"], await Statuses(own, id, first!, second));
    }

    [Fact]
    public async Task A_leaked_secret_can_be_ended_at_once()
    {
        var browser = await Developer();
        var (id, first) = await Register(browser, ("type", "service"), ("redirects", ""));
        var second = await Rotate(browser, id);
        var answer = await browser.Post($"/demo/apps/{id}", [.. await Fields(browser, $"/demo/apps/{id}"), ("action", "end-old")]);
        Assert.Equal($"/demo/apps/{id}?done=end-old", Browser.Location(answer));
        Assert.Equal(["401", "200"], await Statuses(host, id, first!, second));
    }

    [Fact]
    public async Task A_rotation_sent_many_times_makes_one_secret()
    {
        var browser = await Developer();
        var (id, _) = await Register(browser);
        List<(string, string)> form = [.. await Fields(browser, $"/demo/apps/{id}"), ("action", "rotate")];
        var pages = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => browser.Post($"/demo/apps/{id}", form)));
        Assert.Single(pages, page => page.StatusCode == HttpStatusCode.OK);
        Assert.Equal(2, (await Stored(id))!.SecretHashes.Count);
    }

    [Fact]
    public async Task An_edit_changes_what_the_form_shows_and_nothing_that_an_operator_has_set()
    {
        var browser = await Developer();
        var (id, _) = await Register(browser);
        var tenant = (await host.Service<TenantStore>().Find("demo", CancellationToken.None))!;
        await host.Service<ClientStore>().TryReplace(tenant, (await Stored(id))! with { AccessTokenSeconds = 60, RequirePushedRequests = true }, CancellationToken.None);
        var answer = await browser.Post($"/demo/apps/{id}", [.. await Fields(browser, $"/demo/apps/{id}"), ("action", "save"),
            ("name", "Renamed"), ("type", "service"), ("website", ""), ("redirects", "https://new.example/cb"), ("after", "https://new.example/bye")]);
        Assert.Equal($"/demo/apps/{id}?done=save", Browser.Location(answer));
        var client = (await Stored(id))!;
        Assert.Equal(("Renamed", 60, true, (string?)null), (client.Name, client.AccessTokenSeconds, client.RequirePushedRequests, client.WebsiteUri));
        Assert.Equal(["authorization_code", "refresh_token"], client.Grants); // The type is fixed.
        Assert.Equal(["https://new.example/bye"], client.PostLogoutRedirectUris);
    }

    [Fact]
    public async Task A_deleted_app_is_gone_at_once()
    {
        var browser = await Developer();
        var (id, secret) = await Register(browser, ("type", "service"), ("redirects", ""));
        var answer = await browser.Post($"/demo/apps/{id}", [.. await Fields(browser, $"/demo/apps/{id}"), ("action", "delete")]);
        Assert.Equal("/demo/apps?done=delete", Browser.Location(answer));
        Assert.Equal(["401"], await Statuses(host, id, secret!));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Get($"/demo/apps/{id}")).StatusCode);
    }

    [Fact]
    public async Task Without_the_right_there_is_no_page_and_nothing_is_registered()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/apps"), "alice");
        foreach (var path in new[] { "/demo/apps", "/demo/apps/new", "/demo/apps/mobile" })
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.Get(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.Post("/demo/apps/new", ("action", "register"))).StatusCode);
    }

    [Theory]
    [InlineData("mobile")]
    [InlineData("service")]
    [InlineData("no-such-app")]
    [InlineData("..%2Fx|y")]
    public async Task An_app_that_somebody_else_registered_is_not_there(string id)
    {
        var browser = await Developer();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Get($"/demo/apps/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Post($"/demo/apps/{id}", ("action", "delete"))).StatusCode);
    }

    [Fact]
    public async Task Another_tenants_developer_does_not_see_it()
    {
        var (id, _) = await Register(await Developer());
        var abroad = new Browser(host, "acme");
        await abroad.SignIn(await abroad.Get("/acme/apps"), "admin");
        Assert.Equal(HttpStatusCode.NotFound, (await abroad.Get($"/acme/apps/{id}")).StatusCode);
        Assert.Equal(0, Apps(await Html(abroad, "/acme/apps")));
    }

    [Fact]
    public async Task A_form_that_is_not_ours_does_nothing()
    {
        var browser = await Developer();
        var (id, _) = await Register(browser);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post($"/demo/apps/{id}", ("action", "delete"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/apps/new", [("form", new string('A', 43)), ("id", "mine"), ("action", "register"), .. Form()])).StatusCode);
        // A token of one form opens no other, and the id of a new app is not the sender's to choose.
        var fields = (await Fields(browser, "/demo/apps/new")).Where(f => f.Item1 != "id");
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/apps/new", [.. fields, ("id", "mobile2"), ("action", "register"), .. Form()])).StatusCode);
        Assert.NotNull(await Stored(id));
    }

    [Fact]
    public async Task The_right_is_no_scope_that_an_app_could_ask_for()
    {
        var answer = await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"),
            ("username", "admin"), ("password", "admin-password"), ("scope", "apps.manage"));
        await answer.Refused("invalid_scope");
    }

    async Task<Browser> Developer(TestHost? on = null)
    {
        var browser = new Browser(on ?? host);
        Assert.Equal("/demo/apps", Browser.Location(await browser.SignIn(await browser.Get("/demo/apps"), "admin")));
        return browser;
    }

    static IEnumerable<(string, string)> Form(params (string Name, string Value)[] changes)
    {
        var all = new Dictionary<string, string> { ["type"] = "web", ["name"] = "App", ["website"] = "", ["redirects"] = Redirect, ["after"] = "" };
        foreach (var (name, value) in changes) all[name] = value;
        return all.Select(field => (field.Key, field.Value));
    }

    static async Task<(string Id, string? Secret)> Register(Browser browser, params (string Name, string Value)[] changes)
    {
        var page = await browser.Post("/demo/apps/new", [.. await Fields(browser, "/demo/apps/new"), ("action", "register"), .. Form(changes)]);
        var html = await page.Content.ReadAsStringAsync();
        Assert.True(page.StatusCode == HttpStatusCode.OK, html);
        return (Id().Match(html).Groups[1].Value, Secret().Match(html) is { Success: true } match ? match.Groups[1].Value : null);
    }

    static async Task<string> Rotate(Browser browser, string id)
    {
        var page = await browser.Post($"/demo/apps/{id}", [.. await Fields(browser, $"/demo/apps/{id}"), ("action", "rotate")]);
        return Secret().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
    }

    // The page has the same token in each of its forms.
    static async Task<IEnumerable<(string, string)>> Fields(Browser browser, string path) =>
        (await Browser.Fields(await browser.Get(path))).DistinctBy(field => field.Item1);

    static async Task<string> Html(Browser browser, string path) => await (await browser.Get(path)).Content.ReadAsStringAsync();

    static int Apps(string html) => Row().Count(html);

    Task<HttpResponseMessage> Token(string id, string secret) => host.Token("demo", ("grant_type", "authorization_code"),
        ("client_id", id), ("client_secret", secret), ("code", "none"), ("code_verifier", Browser.Verifier));

    async Task<Client?> Stored(string id) => await host.Service<ClientStore>().FindNow(
        (await host.Service<TenantStore>().Find("demo", CancellationToken.None))!, id, CancellationToken.None);

    static async Task<string[]> Statuses(TestHost host, string id, params string[] secrets) => await Task.WhenAll(secrets.Select(async secret =>
    {
        var answer = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret));
        return ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }));

    [GeneratedRegex("""id="client-id"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*id="client-id" """)]
    private static partial Regex Id();

    [GeneratedRegex("""<textarea id="client-secret"[^>]*>([^<]+)<""")]
    private static partial Regex Secret();

    [GeneratedRegex("""<p class="alert"[^>]*>([^<]*)<""")]
    private static partial Regex Alert();

    [GeneratedRegex("""<li>\s*<span><strong>""")]
    private static partial Regex Row();
}
