using System.Diagnostics;
using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>Users change and prove their address: a proof at the new one, a word to the old one.</summary>
public sealed class AddressTests(SignUpHost host) : IClassFixture<SignUpHost>
{
    const string Page = "/demo/account/email";

    readonly TestHost app = host.Host;

    [Fact]
    public async Task A_code_at_the_new_address_changes_it_with_the_user_name_and_the_old_one_is_told()
    {
        var browser = await SignedIn("old@people.example");
        var sent = await Ask(browser, "new@people.example");
        var code = await host.Code("new@people.example");
        Assert.Contains($"value=\"{code}\"",
            await (await browser.Get(await host.LinkTo("new@people.example"))).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("old@people.example", (await host.User("old@people.example"))!.UserName);
        Assert.Equal($"{Page}?done=1", Browser.Location(await Enter(browser, sent, code)));
        Assert.Null(await host.User("old@people.example"));
        var user = (await host.User("new@people.example"))!;
        Assert.Equal(("new@people.example", "new@people.example", true), (user.UserName, user.Email, user.EmailVerified));
        Assert.Contains("has another email address now", await host.Mail("old@people.example"), StringComparison.Ordinal);
        // A code works once, and the former address is free again.
        Assert.Equal(HttpStatusCode.BadRequest, (await Enter(browser, sent, code)).StatusCode);
        Assert.True((await (await app.Admin()).AddUser(new { userName = "old@people.example" })).UserName.Length > 0);
    }

    [Fact]
    public async Task A_name_of_the_users_own_stays_and_wrong_codes_end_a_code()
    {
        var browser = await SignedIn("named", "named@people.example");
        var sent = await Ask(browser, "named2@people.example");
        var code = await host.Code("named2@people.example");
        for (var attempt = 0; attempt < 5; attempt++)
            Assert.Equal(HttpStatusCode.BadRequest, (await Enter(browser, sent, code == "000000" ? "000001" : "000000")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Enter(browser, sent, code)).StatusCode);
        sent = await Ask(browser, "named2@people.example");
        Assert.Equal($"{Page}?done=1", Browser.Location(await Enter(browser, sent, await host.Code("named2@people.example", 2))));
        Assert.Equal("named", (await host.User("named2@people.example"))!.UserName);
    }

    [Fact]
    public async Task An_address_of_somebody_else_gets_the_same_answer_and_another_mail_and_is_never_changed_to()
    {
        var browser = await SignedIn("curious@people.example");
        var pages = new List<string>();
        foreach (var email in new[] { "bob@demo.example", "nobody@people.example" })
        {
            var began = Stopwatch.GetTimestamp();
            var sent = await Ask(browser, email);
            Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 3);
            pages.Add((await (await browser.Get(sent)).Content.ReadAsStringAsync())
                .Replace(Browser.Returned(sent)["sent"], "", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.BadRequest, (await Enter(browser, sent, "12345")).StatusCode);
        }
        Assert.Equal(pages[0], pages[1]);
        Assert.Contains("has an account already", await host.Mail("bob@demo.example"), StringComparison.Ordinal);
        // Whoever comes first has it: the code was sent before the other user was made.
        var free = await Ask(browser, "free@people.example");
        await (await app.Admin()).AddUser(new { userName = "free@people.example" });
        var taken = await Enter(browser, free, await host.Code("free@people.example"));
        Assert.Equal(HttpStatusCode.BadRequest, taken.StatusCode);
        Assert.Equal("curious@people.example", (await host.User("curious@people.example"))!.Email);
    }

    [Fact]
    public async Task An_old_sign_in_asks_for_the_password_and_a_code_of_another_browser_is_wrong()
    {
        var browser = await SignedIn("stale@people.example");
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        var form = await Browser.Fields(await browser.Get(Page));
        foreach (var old in new[] { "", "wrong" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post(
                Page, [.. form, ("action", "change"), ("email", "fresh@people.example"), ("old", old)])).StatusCode);
        }
        Assert.Empty(host.Mails("fresh@people.example"));
        var sent = Browser.Location(await browser.Post(
            Page, [.. form, ("action", "change"), ("email", "fresh@people.example"), ("old", SignUpHost.Password)]));
        var code = await host.Code("fresh@people.example");
        var other = new Browser(app);
        Assert.Contains("Go back there and type the code",
            await (await other.Get($"{sent}&code={code}")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await other.SignIn(await other.Get(Page), "stale@people.example", SignUpHost.Password);
        Assert.Equal(HttpStatusCode.BadRequest, (await Enter(other, sent, code)).StatusCode);
        Assert.Equal($"{Page}?done=1", Browser.Location(await Enter(browser, sent, code)));
    }

    [Fact]
    public async Task An_address_that_an_administrator_entered_is_verified_by_a_code_and_then_is_a_name()
    {
        var browser = await SignedIn("typed", "typed@people.example", verified: false);
        Assert.Null(await host.User("typed@people.example"));
        var page = await browser.Get(Page);
        Assert.Contains("not verified yet", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var form = (await Browser.Fields(page)).DistinctBy(one => one.Item1);
        var sent = Browser.Location(await browser.Post(Page, [.. form, ("action", "verify")]));
        Assert.Equal($"{Page}?done=1", Browser.Location(await Enter(browser, sent, await host.Code("typed@people.example"))));
        Assert.Equal("typed", (await host.User("typed@people.example"))!.UserName);
        Assert.Single(host.Mails("typed@people.example")); // Nothing was changed that the address should be told.
    }

    [Fact]
    public async Task A_reset_link_takes_a_verified_address_and_proves_one_that_is_free()
    {
        var admin = await app.Admin();
        await SignedIn("lost", "lost@people.example", verified: false);
        await SignedIn("twin", "lost@people.example", verified: false);
        await Reset("lost", "lost@people.example", 1);
        Assert.Equal("lost", (await host.User("lost@people.example"))!.UserName);
        // By the address itself now; and to a second user it proves nothing, because the first one has it.
        await Reset("LOST@people.example", "lost@people.example", 2);
        await Reset("twin", "lost@people.example", 3);
        Assert.False((await admin.User(await admin.UserId("twin"))).EmailVerified);
    }

    [Fact]
    public async Task A_reset_link_that_went_to_a_former_address_ends_with_it()
    {
        var browser = await SignedIn("moved@people.example");
        var reset = new Browser(app);
        await reset.Post("/demo/reset", [.. await Browser.Fields(await reset.Get("/demo/reset")), ("username", "moved@people.example")]);
        var link = await host.LinkTo("moved@people.example");
        var sent = await Ask(browser, "moved2@people.example");
        Assert.Equal($"{Page}?done=1", Browser.Location(await Enter(browser, sent, await host.Code("moved2@people.example"))));
        Assert.Equal(HttpStatusCode.BadRequest, (await reset.Get(link)).StatusCode);
    }

    async Task Reset(string name, string email, int count)
    {
        var browser = new Browser(app);
        await browser.Post("/demo/reset", [.. await Browser.Fields(await browser.Get("/demo/reset")), ("username", name)]);
        var page = await browser.Get(await host.ResetLink(email, count));
        Assert.Equal(HttpStatusCode.OK, (await browser.Post(
            "/demo/reset", [.. await Browser.Fields(page), ("new", $"{SignUpHost.Password} {count}")])).StatusCode);
    }

    async Task<Browser> SignedIn(string userName, string? email = null, bool verified = true)
    {
        await (await app.Admin()).AddUser(
            new { userName, password = SignUpHost.Password, email = email ?? userName, emailVerified = verified });
        var browser = new Browser(app);
        await browser.SignIn(await browser.Get(Page), userName, SignUpHost.Password);
        return browser;
    }

    static async Task<string> Ask(Browser browser, string email) => Browser.Location(await browser.Post(
        Page, [.. (await Browser.Fields(await browser.Get(Page))).DistinctBy(one => one.Item1), ("action", "change"), ("email", email)]));

    static async Task<HttpResponseMessage> Enter(Browser browser, string sent, string code) => await browser.Post(
        Page, [.. await Browser.Fields(await browser.Get(sent)), ("action", "code"), ("code", code)]);
}
