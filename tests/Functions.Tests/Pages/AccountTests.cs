using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>The account page: a user sees and ends what is theirs, and nobody else does.</summary>
public sealed partial class AccountTests : IAsyncLifetime
{
    const string Phone =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 "
            + "Safari/604.1";

    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Whoever_is_not_signed_in_signs_in_first_and_comes_back()
    {
        var browser = new Browser(host);
        var answer = await browser.SignIn(await browser.Get("/demo/account"));
        Assert.Equal("/demo/account", Browser.Location(answer));
        Assert.Contains("Your account", await Html(browser), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_from_an_old_page_makes_no_sign_in_fresher_and_the_form_works_once()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"));
        var form = await Browser.Fields(await browser.Get("/demo/account"));
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        (string, string)[] change = [.. form.Where(field => field.Item1 == "form").Take(1), ("action", "password"),
            ("old", "alice-password"), ("new", "alice-second-password")];
        await browser.Post("/demo/account", change).Is(303);
        // What asks for a recent sign-in still asks.
        Assert.StartsWith("/demo/login?", Browser.Location(
            await browser.Post("/demo/account/providers", ("action", "link"))), StringComparison.Ordinal);
        await browser.Post("/demo/account", change).Is(400);
        var other = new Browser(host);
        await other.SignIn(await other.Get("/demo/account"), "bob");
        await other.Post("/demo/account", change).Is(400); // It was alice's page.
    }

    [Fact]
    public async Task The_sign_in_for_our_own_page_has_no_app_to_go_back_to()
    {
        var browser = new Browser(host);
        var page = await browser.Follow(await browser.Get("/demo/account"));
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("value=\"cancel\"", html, StringComparison.Ordinal);
        var wrong = await browser.Post("/demo/login", [.. await Browser.Fields(page), ("username", "alice"), ("password", "wrong")]);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("role=\"alert\"", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_is_listed_with_app_device_place_and_times_and_ends_by_a_click()
    {
        host.Http.DefaultRequestHeaders.Add("User-Agent", Phone);
        var (browser, tokens) = await SignedIn();
        host.Clock.Advance(TimeSpan.FromHours(3));
        tokens = await Refresh(tokens).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var html = await Html(browser);
        Assert.Contains("Demo mobile app", html, StringComparison.Ordinal);
        Assert.Contains("Safari on iPhone", html, StringComparison.Ordinal);
        Assert.Contains("127.0.0.*", html, StringComparison.Ordinal);
        Assert.Contains("Signed in 3 hours ago, last used 5 minutes ago", html, StringComparison.Ordinal);

        var answer = await Post(browser, html, ("action", "end"), ("session", Sessions(html).Single()));
        Assert.Equal("/demo/account?done=end", Browser.Location(answer));
        await AssertEnded(tokens);
        var after = await (await browser.Follow(answer)).Content.ReadAsStringAsync();
        Assert.Empty(Sessions(after));
        Assert.Contains("You are signed out of the app.", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_was_never_started_or_is_over_is_not_listed()
    {
        var (browser, tokens) = await SignedIn();
        await browser.Authorize(); // A code that nobody redeems.
        Assert.Single(Sessions(await Html(browser)));
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", "mobile"), ("token", tokens.RefreshToken!)));
        Assert.Empty(Sessions(await Html(browser)));
    }

    [Fact]
    public async Task Nobody_sees_or_ends_another_users_or_another_tenants_session()
    {
        var (_, tokens) = await SignedIn();
        var session = Browser.IdToken(tokens).GetPayloadValue<string>("sid");
        foreach (var (tenant, user) in new[] { ("demo", "bob"), ("acme", "alice") })
        {
            var browser = new Browser(host, tenant);
            await browser.SignIn(await browser.Get($"/{tenant}/account"), user);
            var html = await (await browser.Get($"/{tenant}/account")).Content.ReadAsStringAsync();
            Assert.Empty(Sessions(html));
            var token = Field().Match(html).Groups[1].Value;
            var answer = await browser.Post($"/{tenant}/account", ("form", token), ("action", "end"), ("session", session));
            Assert.Equal($"/{tenant}/account?done=end", Browser.Location(answer)); // The same as for one that is not there.
        }
        await Refresh(tokens).Is(200);
    }

    [Fact]
    public async Task Signing_out_everywhere_else_ends_every_app_and_every_other_browser()
    {
        var (other, tokens) = await SignedIn();
        var browser = new Browser(host);
        await browser.SignIn(await browser.Get("/demo/account"));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Post(browser, await Html(browser), ("action", "end-all"));
        await AssertEnded(tokens);
        Assert.False(await IsSignedIn(other));
        Assert.True(await IsSignedIn(browser));
        // It is not a new sign-in: the password was typed a minute ago.
        var answer = await browser.Authorize(("max_age", "30"));
        Assert.StartsWith("/demo/login?", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removing_an_app_ends_its_sessions_everywhere_and_it_has_to_ask_again()
    {
        var (browser, tokens) = await SignedIn();
        var (_, elsewhere) = await SignedIn();
        var html = await Html(browser);
        Assert.Contains("See and download your files", html, StringComparison.Ordinal);
        var answer = await Post(browser, html, ("action", "remove"), ("client", "mobile"));
        Assert.Equal("/demo/account?done=remove", Browser.Location(answer));
        await AssertEnded(tokens);
        await AssertEnded(elsewhere);
        Assert.StartsWith("/demo/consent?", Browser.Location(await browser.Authorize()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changing_the_password_needs_the_old_one_and_ends_everything_else()
    {
        var (browser, tokens) = await SignedIn();
        var (other, _) = await SignedIn();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var answer = await ChangePassword(browser, "alice-password", "correct horse 🐎 staple");
        Assert.Equal("/demo/account?done=password", Browser.Location(answer));
        await AssertEnded(tokens);
        Assert.False(await IsSignedIn(other));
        Assert.Contains("Your password was changed", await (await browser.Follow(answer)).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        var fresh = new Browser(host);
        var start = await fresh.Get("/demo/account");
        Assert.Equal(HttpStatusCode.BadRequest, (await fresh.SignIn(start)).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await fresh.SignIn(start, "alice", "correct horse 🐎 staple")));
    }

    [Theory]
    [InlineData("wrong", "a long new password", "The current password is wrong")]
    [InlineData("", "a long new password", "The current password is wrong")]
    [InlineData("alice-password", "short", "at least 10 characters")]
    [InlineData("alice-password", "🐎🐎🐎🐎🐎🐎🐎🐎🐎", "at least 10 characters")]
    public async Task A_change_that_is_not_good_changes_nothing_and_says_why(string old, string password, string why)
    {
        var (browser, tokens) = await SignedIn();
        var page = await ChangePassword(browser, old, password);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains(why, await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Refresh(tokens).Is(200);
        Assert.Equal("/demo/account?done=password",
            Browser.Location(await ChangePassword(browser, "alice-password", "a long new password")));
    }

    [Fact]
    public async Task Guessing_the_old_password_locks_like_a_sign_in()
    {
        var (browser, _) = await SignedIn();
        for (var guess = 0; guess < 10; guess++)
        {
            await ChangePassword(browser, $"guess {guess}", "a long new password");
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        var page = await ChangePassword(browser, "alice-password", "a long new password");
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.True(page.Headers.Contains("Retry-After"));
    }

    [Fact]
    public async Task Of_twenty_changes_at_once_exactly_one_is_made()
    {
        var (browser, _) = await SignedIn();
        var html = await Html(browser);
        var cookies = browser.Cookies.ToDictionary();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            var own = new Browser(host);
            foreach (var (name, value) in cookies) own.Cookies[name] = value;
            return await Post(own, html, ("action", "password"), ("old", "alice-password"), ("new", $"new password {number}"));
        }));
        Assert.Single(answers, answer =>
            answer.StatusCode == HttpStatusCode.SeeOther && Browser.Location(answer).EndsWith("done=password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_form_without_our_token_or_made_for_another_user_does_nothing()
    {
        var (browser, tokens) = await SignedIn();
        var html = await Html(browser);
        var session = Sessions(html).Single();
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/account", ("action", "end"), ("session", session))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await browser.Post("/demo/account", ("form", new string('A', 43)), ("action", "end-all"))).StatusCode);
        // The same browser, another user since.
        await browser.SignIn(await browser.Authorize(("prompt", "login")), "bob");
        Assert.Equal(HttpStatusCode.BadRequest, (await Post(browser, html, ("action", "end-all"))).StatusCode);
        await Refresh(tokens).Is(200);
    }

    [Fact]
    public async Task What_apps_and_devices_say_about_themselves_is_only_text()
    {
        host.Http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "<script>alert(1)</script>");
        var tenant = await host.Service<TenantStore>().Find("demo", CancellationToken.None);
        var clients = host.Service<ClientStore>();
        var mobile = await clients.FindNow(tenant!, "mobile", CancellationToken.None);
        await clients.TryReplace(tenant!, mobile! with { Name = "<b>Ünïcode 日本</b> & \"more\"" }, CancellationToken.None);
        var (browser, _) = await SignedIn();
        var html = await Html(browser);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Contains("Unknown device", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_of_this_browser_leaves_the_apps_alone()
    {
        var (browser, tokens) = await SignedIn();
        await Post(browser, await Html(browser), ("action", "signout"));
        Assert.False(await IsSignedIn(browser));
        await Refresh(tokens).Is(200);
    }

    [Fact]
    public async Task A_rehash_never_brings_an_old_password_back()
    {
        var users = host.Service<UserStore>();
        var tenant = (await host.Service<TenantStore>().Find("demo", CancellationToken.None))!;
        var before = (await users.FindByName(tenant, "alice", CancellationToken.None))!;
        Assert.NotNull(await users.TryChangePassword(tenant, before, "new hash", CancellationToken.None));
        Assert.False(await users.TryRehash(tenant, before, "old password's new hash", CancellationToken.None));
        Assert.Equal("new hash", (await users.Find(tenant, before.Id, CancellationToken.None))!.PasswordHash);
    }

    async Task<(Browser, TokenAnswer)> SignedIn()
    {
        var browser = new Browser(host);
        return (browser, await browser.Tokens());
    }

    static async Task<string> Html(Browser browser)
    {
        var page = await browser.Get("/demo/account");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return await page.Content.ReadAsStringAsync();
    }

    static List<string> Sessions(string html) => [.. SessionField().Matches(html).Select(match => match.Groups[1].Value)];

    static Task<HttpResponseMessage> Post(Browser browser, string html, params IEnumerable<(string, string)> form) =>
        browser.Post("/demo/account", [("form", Field().Match(html).Groups[1].Value), .. form]);

    static async Task<HttpResponseMessage> ChangePassword(Browser browser, string old, string password) =>
        await Post(browser, await Html(browser), ("action", "password"), ("old", old), ("new", password));

    static async Task<bool> IsSignedIn(Browser browser) =>
        Browser.Location(await browser.Authorize(("prompt", "none"))) is var to && !to.Contains("login_required", StringComparison.Ordinal);

    Task<HttpResponseMessage> Refresh(TokenAnswer tokens) => host.Token("demo",
        ("grant_type", "refresh_token"), ("client_id", "mobile"), ("refresh_token", tokens.RefreshToken!));

    async Task AssertEnded(TokenAnswer tokens)
    {
        await Refresh(tokens).Is(400);
        var files = await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken);
        Assert.Equal(HttpStatusCode.Unauthorized, files.StatusCode);
    }

    [GeneratedRegex("""name="form" value="([^"]*)" ?/?>""")]
    private static partial Regex Field();

    [GeneratedRegex("""name="session" value="([^"]*)" ?/?>""")]
    private static partial Regex SessionField();
}
