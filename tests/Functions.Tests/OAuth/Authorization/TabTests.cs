using System.Net;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>Several tabs, foreign sites, other users and lost cookies: what happens to a sign-in that is under way.</summary>
public sealed class TabTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Three_tabs_that_begin_at_once_all_reach_the_end()
    {
        var (browser, starts) = (new Browser(host), new List<HttpResponseMessage>());
        // Browsers restore tabs side by side: no request carries the cookies of another's answer.
        var tabs = new[] { new Browser(host), new Browser(host), new Browser(host) };
        foreach (var tab in tabs) starts.Add(await tab.Authorize());
        foreach (var (name, value) in tabs.SelectMany(tab => tab.Cookies)) browser.Cookies[name] = value;
        var pages = new List<List<(string, string)>>();
        foreach (var tab in tabs.Zip(starts))
        {
            tab.First.Cookies.Clear();
            foreach (var (name, value) in browser.Cookies) tab.First.Cookies[name] = value;
            pages.Add(await Browser.Fields(await tab.First.Follow(tab.Second)));
        }
        foreach (var (name, value) in tabs.SelectMany(tab => tab.Cookies)) browser.Cookies[name] = value;
        foreach (var fields in pages)
        {
            var answer = await browser.Post("/demo/login", [.. fields, ("username", "alice"), ("password", "alice-password")]);
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_form_that_a_foreign_site_posts_takes_no_cookie_from_a_sign_in_under_way()
    {
        var browser = new Browser(host);
        var begun = await browser.Authorize();
        // SameSite: the foreign form brings no cookie, but what is set by its answer is kept.
        var foreign = new Browser(host);
        await foreign.Post("/demo/oauth/authorize", Pairs(Browser.Request()));
        await foreign.Post("/demo/oauth/logout", ("client_id", "mobile"));
        foreach (var (name, value) in foreign.Cookies)
        {
            Assert.DoesNotContain(name, browser.Cookies.Keys);
            browser.Cookies[name] = value;
        }
        var answer = await browser.SignIn(begun);
        Assert.StartsWith("/demo/consent?", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_another_site_posts_finds_who_is_signed_in()
    {
        var client = await Registered.WebApp(host, client => client with { FirstParty = true });
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize());
        var (name, value) = browser.Cookies.Single(cookie => cookie.Key.StartsWith("signin", StringComparison.Ordinal));
        var form = Pairs(Browser.Request(("client_id", client.Id), ("redirect_uri", Registered.Redirect)));
        // OIDC Core §3.1.2.1 allows POST; SameSite=Lax keeps the cookie back, but not on the GET that follows.
        browser.Cookies.Remove(name);
        var posted = await browser.Post("/demo/oauth/authorize", form);
        browser.Cookies[name] = value;
        var answer = await browser.Follow(posted);
        Assert.StartsWith(Registered.Redirect, Browser.Location(answer), StringComparison.Ordinal);
        Assert.Contains("code", Browser.Returned(Browser.Location(answer)).Keys);
    }

    [Fact]
    public async Task A_prompt_none_that_is_posted_is_answered_to_the_app()
    {
        var browser = new Browser(host);
        var posted = await browser.Post("/demo/oauth/authorize", Pairs(Browser.Request(("prompt", "none"))));
        Assert.Equal("login_required", Browser.Returned(Browser.Location(await browser.Follow(posted)))["error"]);
    }

    [Fact]
    public async Task An_answer_to_the_consent_page_counts_only_for_the_user_whom_it_names()
    {
        var client = await Registered.WebApp(host);
        (string, string?)[] asks = [("client_id", client.Id), ("redirect_uri", Registered.Redirect)];
        var browser = new Browser(host);
        var asked = await browser.SignIn(await browser.Authorize(asks));
        var fields = await Browser.Fields(await browser.Follow(asked));
        await browser.SignIn(await browser.Authorize([.. asks, ("prompt", "login")]), "bob"); // In a second tab.

        var answer = await browser.Post("/demo/consent", [.. fields, ("action", "allow")]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var shown = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Bob", shown, StringComparison.Ordinal); // He is asked himself, and nothing was given.
        Assert.Equal(HttpStatusCode.SeeOther,
            (await browser.Post("/demo/consent", [.. await Browser.Fields(answer), ("action", "allow")])).StatusCode);
        // Nor can a form be made to name somebody else.
        var forged = fields.Select(field => field.Item1 == "user" ? ("user", "somebody") : field);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/consent", [.. forged, ("action", "allow")])).StatusCode);
    }

    [Fact]
    public async Task Who_signs_in_meanwhile_is_not_signed_out_by_a_page_that_named_somebody_else()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize());
        var fields = await Browser.Fields(await browser.Follow(await browser.Get("/demo/oauth/logout")));
        await browser.SignIn(await browser.Authorize(("prompt", "login")), "bob");

        var answer = await browser.Post("/demo/logout", [.. fields, ("action", "signout")]);
        var page = await browser.Follow(answer);
        Assert.Contains("Bob", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/demo/account")).StatusCode); // Still signed in.
    }

    [Theory]
    [InlineData("http://127.0.0.1:51004/callback")]
    [InlineData("http://localhost:8100/callback")]
    public async Task No_code_goes_to_a_program_on_this_device_without_a_tap(string redirect)
    {
        var browser = new Browser(host);
        (string, string?)[] asks = [("redirect_uri", redirect), ("scope", "openid")];
        Assert.Contains("code",
            Browser.Returned(
                Browser.Location(
                    await browser.Consent(await browser.SignIn(await browser.Authorize([.. asks, ("prompt", "consent")]))))).Keys);

        var again = await browser.Authorize(asks);
        Assert.StartsWith("/demo/consent?", Browser.Location(again), StringComparison.Ordinal);
        var silent = await browser.Authorize([.. asks, ("prompt", "none")]);
        Assert.Equal("interaction_required", Browser.Returned(Browser.Location(silent))["error"]);
        Assert.Contains("code", Browser.Returned(Browser.Location(await browser.Consent(again))).Keys);
    }

    [Fact]
    public async Task An_expired_sign_in_offers_the_way_back_to_the_app()
    {
        await using var own = await TestHost.Start();
        var browser = new Browser(own);
        var begun = await browser.Authorize();
        own.Clock.Advance(TimeSpan.FromMinutes(31));
        var page = await browser.Follow(begun);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        var back = Browser.Returned(await Browser.Link(page));
        Assert.Equal(("access_denied", "st 1&2", $"{own.Origin}/demo"), (back["error"], back["state"], back["iss"]));
        Assert.StartsWith(Browser.Loopback, await Browser.Link(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_that_are_off_and_another_browser_are_told_apart()
    {
        var browser = new Browser(host);
        var begun = await browser.Authorize();
        var without = await new Browser(host).Follow(begun);
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        Assert.Contains("Allow cookies", await without.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var other = new Browser(host);
        await other.Authorize();
        Assert.Contains("another browser", await (await other.Follow(begun)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_ins_that_are_left_open_do_not_pile_up_as_cookies()
    {
        var browser = new Browser(host);
        for (var n = 0; n < 25; n++) await browser.Authorize();
        Assert.InRange(browser.Cookies.Keys.Count(name => name.StartsWith("request-", StringComparison.Ordinal)), 20, 21);
    }

    [Fact]
    public async Task Sign_ins_that_another_site_posts_or_at_many_tenants_do_not_pile_up_as_cookies()
    {
        var browser = new Browser(host);
        for (var n = 0; n < 25; n++)
        {
            var kept = browser.Cookies.ToList();
            browser.Cookies.Clear(); // SameSite: the foreign form brings none, and the redirect that follows brings them all.
            var posted = await browser.Post("/demo/oauth/authorize", Pairs(Browser.Request()));
            foreach (var (name, value) in kept) browser.Cookies.Add(name, value);
            Assert.StartsWith("/demo/login?", Browser.Location(await browser.Follow(posted)), StringComparison.Ordinal);
        }
        for (var n = 0; n < 5; n++) await browser.Get("/acme/account");
        Assert.InRange(browser.Cookies.Keys.Count(name => name.StartsWith("request-", StringComparison.Ordinal)), 20, 21);
        await browser.SignIn(await browser.Authorize()); // The newest is among those that stay.
    }

    [Theory]
    [InlineData("/demo/reset?utm_source=newsletter&lang=de")]
    [InlineData("/demo/device?user_code=BCDF-GHJK&fbclid=a&fbclid=b")]
    [InlineData("/demo/device?utm_campaign=%ZZ")]
    public async Task Parameters_that_mail_programs_and_networks_add_to_a_page_are_ignored(string path) =>
        Assert.Equal(HttpStatusCode.OK, (await new Browser(host).Get(path)).StatusCode);

    [Theory]
    [InlineData("%EF%BF%BE")]
    [InlineData("%EF%BF%BF")]
    [InlineData("%01")]
    public async Task A_character_that_no_table_takes_is_no_fault_of_ours(string character)
    {
        Assert.Equal(HttpStatusCode.OK, (await new Browser(host).Get($"/demo/device?user_code={character}")).StatusCode);
        Assert.InRange((int)(await new Browser(host).Authorize(("login_hint", Uri.UnescapeDataString(character)))).StatusCode, 303, 400);
        var token = await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"),
            ("username", Uri.UnescapeDataString(character)), ("password", Uri.UnescapeDataString(character)));
        Assert.Equal(HttpStatusCode.BadRequest, token.StatusCode);
    }

    static (string, string)[] Pairs(string query) =>
        [.. query.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], Uri.UnescapeDataString(pair[1])))];
}
