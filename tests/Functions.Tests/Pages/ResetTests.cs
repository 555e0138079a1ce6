using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>A forgotten password: what is told to whom, and a link that is good once.</summary>
public sealed partial class ResetTests : IAsyncLifetime
{
    const string New = "a new password ✓";

    readonly string folder = Path.Combine(Path.GetTempPath(), $"latchkey-mail-{Guid.CreateVersion7():n}");

    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = folder });

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await Eventually.Gone(folder);
    }

    [Fact]
    public async Task A_link_from_the_mail_sets_a_new_password_and_ends_everything()
    {
        var signedIn = new Browser(host);
        var tokens = await signedIn.Tokens();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var link = await Link();
        Assert.StartsWith($"{host.Origin}/demo/reset?link=", link, StringComparison.Ordinal);
        var browser = new Browser(host);
        var done = await Set(browser, link, New);
        Assert.Contains("Your password was changed", await done.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "mobile"),
            ("refresh_token", tokens.RefreshToken!)).Is(400);
        Assert.StartsWith("/demo/login?", Browser.Location(await signedIn.Get("/demo/account")), StringComparison.Ordinal);
        var start = await browser.Get("/demo/account"); // Nobody is signed in by a link.
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SignIn(start)).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await browser.SignIn(start, "alice", New)));
    }

    [Fact]
    public async Task An_unknown_name_gets_the_same_answer_after_the_same_time_and_no_mail()
    {
        var (known, knownTime) = await Ask("alice");
        var (unknown, unknownTime) = await Ask("nobody@nowhere.example");
        Assert.Equal(await known.Content.ReadAsStringAsync(), await unknown.Content.ReadAsStringAsync());
        Assert.Equal(known.StatusCode, unknown.StatusCode);
        Assert.True(knownTime >= TimeSpan.FromSeconds(0.9) && unknownTime >= TimeSpan.FromSeconds(0.9), $"{knownTime} {unknownTime}");
        await Eventually.True(() => Mails().Length == 1);
    }

    [Fact]
    public async Task Looking_at_a_reset_link_does_not_use_it_up()
    {
        var link = await Link();
        for (var look = 0; look < 3; look++) Assert.Equal(HttpStatusCode.OK, (await new Browser(host).Get(PathOf(link))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Set(new Browser(host), link, New)).StatusCode);
    }

    [Fact]
    public async Task A_link_is_good_once_even_for_twenty_at_once()
    {
        var link = await Link();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            var browser = new Browser(host);
            var page = await browser.Get(PathOf(link));
            if (page.StatusCode != HttpStatusCode.OK) return page;
            return await browser.Post("/demo/reset", [.. await Browser.Fields(page), ("new", $"new password {number}")]);
        }));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(host).Get(PathOf(link))).StatusCode);
    }

    [Fact]
    public async Task A_mail_holds_nothing_that_somebody_else_wrote()
    {
        var admin = (await host.Tokens("demo", "admin")).AccessToken;
        var alice = (await host.Service<UserStore>().FindByName(await host.Tenant("demo"), "alice", default))!;
        await host.Send(HttpMethod.Patch, $"/demo/admin/users/{alice.Id}", admin, new { name = "You won, go to https://evil.example now" })
            .Is(200);
        await host.Send(HttpMethod.Patch, "/demo/admin/settings", admin,
            new { name = "Dömo & Co. https://evil.example/x?y=z www.evil.example" }).Is(200);
        host.Clock.Advance(TimeSpan.FromSeconds(31)); // The tenant is cached.
        var before = Mails();
        await Ask("alice");
        await Eventually.True(() => Mails().Length == before.Length + 1);
        var mail = await File.ReadAllTextAsync(Mails().Except(before).Single());
        Assert.DoesNotContain("won", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", mail, StringComparison.Ordinal);
        Assert.Contains("Dömo & Co", mail, StringComparison.Ordinal);
        Assert.StartsWith($"{host.Origin}/demo/reset?link=", Assert.Single(Url().Matches(mail)).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_ends_after_half_an_hour()
    {
        var link = await Link();
        var browser = new Browser(host);
        var fields = await Browser.Fields(await browser.Get(PathOf(link)));
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/reset", [.. fields, ("new", New)])).StatusCode);
    }

    [Fact]
    public async Task A_changed_password_ends_every_link_that_was_sent_before()
    {
        var (first, second) = (await Link(), await Link());
        await Set(new Browser(host), second, New);
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(host).Get(PathOf(first))).StatusCode);
    }

    [Fact]
    public async Task A_password_that_is_not_good_leaves_the_link_good()
    {
        var link = await Link();
        var page = await Set(new Browser(host), link, "short");
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains("at least 10 characters", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Set(new Browser(host), link, New)).StatusCode);
    }

    [Fact]
    public async Task Another_tenants_or_a_made_up_link_is_no_good()
    {
        var link = PathOf(await Link());
        foreach (var path in new[] { link.Replace("/demo/", "/acme/", StringComparison.Ordinal), link[..^4] + "AAAA", "/demo/reset?link=x",
            "/demo/reset?link=99999999.x" })
            Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(host).Get(path)).StatusCode);
    }

    [Fact]
    public async Task A_form_that_is_not_ours_asks_for_nothing_and_sets_nothing()
    {
        var link = await Link();
        var (browser, other) = (new Browser(host), new Browser(host));
        var fields = await Browser.Fields(await browser.Get(PathOf(link)));
        Assert.Equal(HttpStatusCode.BadRequest, (await other.Post("/demo/reset", [.. fields, ("new", New)])).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await other.Post("/demo/reset", ("username", "bob"))).StatusCode);
        await browser.Get("/demo/reset");
        Assert.Single(Mails());
        Assert.Equal(HttpStatusCode.OK, (await Set(browser, link, New)).StatusCode);
    }

    [Fact]
    public async Task Too_many_requests_for_a_name_wait_whether_it_is_known_or_not()
    {
        foreach (var name in new[] { "bob", "nobody" })
        {
            for (var request = 0; request < 5; request++) await Ask(name);
            Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask(name)).Page.StatusCode);
        }
        Assert.Equal(HttpStatusCode.OK, (await Ask("alice")).Page.StatusCode);
        // And nobody is kept from signing in by it.
        var browser = new Browser(host);
        Assert.Equal("/demo/account", Browser.Location(await browser.SignIn(await browser.Get("/demo/account"), "bob")));
    }

    [Fact]
    public async Task Strangers_who_ask_for_a_name_use_up_nothing_of_its_owners()
    {
        await using var behind = await TestHost.Start(
            settings: new() { ["Latchkey:Mail:Folder"] = folder, ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" });
        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => AskFrom(behind, $"198.51.100.{n}")));
        Assert.Equal(HttpStatusCode.OK, (await AskFrom(behind, "192.0.2.1")).StatusCode);
        // Nor is the mailbox flooded: it holds five links, all of them good.
        await Eventually.True(() => Mails().Length == 5);
        behind.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.OK, (await AskFrom(behind, "192.0.2.1")).StatusCode);
        await Eventually.True(() => Mails().Length == 6);
    }

    [Fact]
    public async Task Who_has_followed_the_link_signs_in_whatever_strangers_guess()
    {
        var browser = new Browser(host);
        Assert.Equal(HttpStatusCode.OK, (await Set(browser, await Link(), New)).StatusCode);
        for (var failure = 0; failure < 10; failure++)
        {
            await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
                ("password", "guess"));
            host.Clock.Advance(TimeSpan.FromSeconds(16));
        }
        var stranger = new Browser(host);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await stranger.SignIn(await stranger.Get("/demo/account"), "alice", New)).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await browser.SignIn(await browser.Get("/demo/account"), "alice", New)));
    }

    [Fact]
    public async Task A_link_is_stored_as_a_hash_and_logged_nowhere()
    {
        var secret = (await Link()).Split('.')[^1];
        Assert.DoesNotContain(secret, string.Join("\n", host.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_mail_can_be_sent_there_is_no_page_and_no_link_to_it()
    {
        await using var without = await TestHost.Start(settings: new() { ["Latchkey:Mail:Mode"] = "None" });
        Assert.Equal(HttpStatusCode.NotFound, (await without.Http.GetAsync("/demo/reset")).StatusCode);
        var browser = new Browser(without);
        Assert.DoesNotContain("/reset", await (await browser.Follow(await browser.Authorize())).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_that_is_not_taken_looks_the_same_and_is_logged()
    {
        await using var broken = await TestHost.Start(settings: new()
        {
            ["Latchkey:Mail:Mode"] = "Smtp",
            ["Latchkey:Mail:SmtpHost"] = "127.0.0.1",
            ["Latchkey:Mail:From"] = "latchkey@demo.example",
            ["Latchkey:Mail:SmtpPort"] = "1",
        });
        var browser = new Browser(broken);
        var page = await browser.Post("/demo/reset", [.. await Browser.Fields(await browser.Get("/demo/reset")), ("username", "alice")]);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        await Eventually.True(() =>
            broken.Log.Lines.Any(line => line.Contains("a reset link could not be sent", StringComparison.Ordinal)));
    }

    async Task<(HttpResponseMessage Page, TimeSpan Time)> Ask(string userName)
    {
        var browser = new Browser(host);
        var fields = await Browser.Fields(await browser.Get("/demo/reset"));
        var start = Stopwatch.GetTimestamp();
        return (await browser.Post("/demo/reset", [.. fields, ("username", userName)]), Stopwatch.GetElapsedTime(start));
    }

    static async Task<HttpResponseMessage> AskFrom(TestHost at, string address)
    {
        var browser = new Browser(at);
        var form = TestHost.Form([.. await Browser.Fields(await browser.Get("/demo/reset")), ("username", "alice")]);
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/reset") { Content = form };
        request.Headers.Add("X-Forwarded-For", address);
        request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        return await at.Http.SendAsync(request);
    }

    async Task<string> Link()
    {
        var before = Mails();
        await Ask("alice");
        await Eventually.True(() => Mails().Length == before.Length + 1);
        var mail = await File.ReadAllTextAsync(Mails().Except(before).Single());
        Assert.Contains("To: alice@demo.example", mail, StringComparison.Ordinal);
        return Url().Match(mail).Value;
    }

    static async Task<HttpResponseMessage> Set(Browser browser, string link, string password) =>
        await browser.Post("/demo/reset", [.. await Browser.Fields(await browser.Get(PathOf(link))), ("new", password)]);

    static string PathOf(string link) => new Uri(link).PathAndQuery;

    string[] Mails() => Directory.Exists(folder) ? Directory.GetFiles(folder, "*.txt") : [];

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Url();
}
