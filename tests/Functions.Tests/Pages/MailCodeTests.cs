using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>People sign in with a code that is mailed to their verified address, and with passwords off only so.</summary>
public sealed class MailCodeTests(SignUpHost host) : IClassFixture<SignUpHost>, IAsyncLifetime
{
    const string Alice = "alice@demo.example";

    readonly TestHost app = host.Host;
    int before;

    public async Task InitializeAsync()
    {
        app.Clock.Advance(TimeSpan.FromHours(2)); // Every test has its own mails.
        await host.Rules(new { mailCodes = true, passwords = true });
        before = host.Mails(Alice).Count;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Who_enters_the_code_is_signed_in_to_the_app_without_a_password()
    {
        var browser = new Browser(app);
        var login = Browser.Location(await browser.Authorize());
        var form = await (await browser.Get(login)).Content.ReadAsStringAsync();
        Assert.Contains("/demo/login/code?request=", form, StringComparison.Ordinal);
        var path = await Ask(browser, login, " ALICE@demo.example ");
        var consent = await Enter(browser, path, await host.Code(Alice, before + 1));
        var answer = Browser.Returned(Browser.Location(await browser.Consent(consent)));
        var id = Browser.IdToken(await browser.Redeem(answer["code"]).Read<TokenAnswer>());
        Assert.Equal(["otp"], id.Claims.Where(claim => claim.Type == "amr").Select(claim => claim.Value));
    }

    [Fact]
    public async Task Only_the_mailbox_tells_whether_there_is_an_account()
    {
        var pages = new List<string>();
        foreach (var name in new[] { "alice", "nobody-at-all" })
        {
            var browser = new Browser(app);
            var path = await Ask(browser, await Start(browser), name);
            var page = await (await browser.Get(path)).Content.ReadAsStringAsync();
            Assert.DoesNotContain(Alice, page, StringComparison.Ordinal);
            pages.Add(page[page.IndexOf("<h1>", StringComparison.Ordinal)..page.IndexOf("<form", StringComparison.Ordinal)]);
        }
        Assert.Equal(pages[0], pages[1]);
        await host.Mail(Alice, before + 1);
        Assert.Equal(before + 1, host.Mails(Alice).Count);
    }

    [Fact]
    public async Task A_code_is_wrong_elsewhere_and_over_after_five_tries_or_once_it_was_used()
    {
        var (browser, stranger) = (new Browser(app), new Browser(app));
        var path = await Ask(browser, await Start(browser), "alice");
        var code = await host.Code(Alice, before + 1);
        var other = await Ask(stranger, await Start(stranger), "bob");
        Assert.Equal(HttpStatusCode.BadRequest, (await Enter(stranger, other, code)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.Get(path)).StatusCode);
        Assert.Equal("/demo/account", Browser.Location(await Enter(browser, path, code)));
        Assert.Equal(HttpStatusCode.BadRequest, (await Enter(browser, path, code)).StatusCode);
        await Ask(browser, path + "&edit=1", "alice");
        var second = await host.Code(Alice, before + 2);
        for (var attempt = 0; attempt < 5; attempt++) await Enter(browser, path, second == "000000" ? "111111" : "000000");
        var over = await Enter(browser, path, second);
        Assert.Contains("no longer works", await over.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_who_has_used_up_the_mails_keeps_the_owner_from_none()
    {
        const string Bob = "bob@demo.example";
        var (owner, stranger) = (new Browser(app), new Browser(app));
        await owner.SignIn(await owner.Get("/demo/account"), "bob", "bob-password"); // The browser is known as bob's.
        owner.Cookies.Remove("signin-demo");
        for (var mail = 0; mail < 5; mail++) await Ask(stranger, await Start(stranger), "bob");
        var refused = await stranger.Post("/demo/login/code",
            [.. await Browser.Fields(await stranger.Get(Code(await Start(stranger)))), ("username", "bob"), ("action", "ask")]);
        Assert.Equal(429, (int)refused.StatusCode);
        var path = await Ask(owner, await Start(owner), "bob");
        Assert.Equal("/demo/account", Browser.Location(await Enter(owner, path, await host.Code(Bob, 6))));
    }

    [Fact]
    public async Task A_stranger_gets_no_more_codes_to_guess_by_the_users_two_names_than_by_one_and_is_not_told()
    {
        var stranger = new Browser(app);
        for (var mail = 0; mail < 5; mail++) await Ask(stranger, await Start(stranger), "alice");
        await host.Mail(Alice, before + 5);
        var path = await Ask(stranger, await Start(stranger), Alice); // As if it were another's.
        Assert.StartsWith("/demo/login/code?", path, StringComparison.Ordinal);
        app.Clock.Advance(TimeSpan.FromMinutes(11)); // And there is a mail again, after which the first would have come.
        await Ask(stranger, await Start(stranger), "alice");
        await host.Mail(Alice, before + 6);
        Assert.Equal(before + 6, host.Mails(Alice).Count);
    }

    [Fact]
    public async Task A_user_who_was_disabled_or_has_another_address_by_now_is_not_signed_in()
    {
        var admin = await app.Admin();
        foreach (var change in new object[] { new { disabled = true }, new { email = "new@demo.example", emailVerified = true } })
        {
            var name = $"u{Guid.NewGuid():N}";
            var user = await admin.AddUser(new { userName = name, email = $"{name}@demo.example", emailVerified = true });
            var browser = new Browser(app);
            var path = await Ask(browser, await Start(browser), user.Email!);
            var code = await host.Code(user.Email!);
            await admin.ChangeUser(user.Id, change);
            Assert.Equal(HttpStatusCode.BadRequest, (await Enter(browser, path, code)).StatusCode);
        }
    }

    [Fact]
    public async Task With_passwords_off_no_password_signs_in_and_none_is_asked_for()
    {
        var admin = await app.Admin(); // Nobody gets a token by password below.
        await admin.Patch("accounts", new { passwords = false });
        var browser = new Browser(app);
        var login = await (await browser.Get(Browser.Location(await browser.Authorize()))).Content.ReadAsStringAsync();
        Assert.DoesNotContain("type=\"password\"", login, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Get("/demo/reset")).StatusCode);
        await app.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "alice-password")).Refused("invalid_grant");
        await admin.Patch("accounts", new { passwords = true });
        await admin.Patch("accounts", new { mailCodes = false });
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Get("/demo/login/code?request=x")).StatusCode);
    }

    static async Task<string> Start(Browser browser) => Browser.Location(await browser.Get("/demo/account"));

    // Asks for a code on the page of a pending request, whose address holds it; where the code is entered.
    static async Task<string> Ask(Browser browser, string page, string name)
    {
        var path = Code(page);
        var answer = await browser.Post("/demo/login/code",
            [.. await Browser.Fields(await browser.Get(path)), ("username", name), ("action", "ask")]);
        return Browser.Location(answer);
    }

    static string Code(string page) => page.Replace("/demo/login?", "/demo/login/code?", StringComparison.Ordinal);

    static async Task<HttpResponseMessage> Enter(Browser browser, string path, string code) => await browser.Post("/demo/login/code",
        [.. await Browser.Fields(await browser.Get(path)), ("code", code), ("action", "code")]);
}
