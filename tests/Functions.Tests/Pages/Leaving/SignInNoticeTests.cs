using Latchkey.Tests.OAuth.Authorization;
using Latchkey.Tests.Pages.SecondFactor;

namespace Latchkey.Tests.Pages.Leaving;

/// <summary>Users are told by mail of sign-ins with new browsers, if the tenant wants it, and of changed credentials.</summary>
public sealed class SignInNoticeTests(SignUpHost host) : IClassFixture<SignUpHost>, IAsyncLifetime
{
    const string NewSignIn = "a new sign-in";

    readonly TestHost app = host.Host;

    public Task InitializeAsync() => host.Rules(new { signInMails = true, signUp = "open", secondFactor = "off" });

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_new_browser_is_told_of_once_and_only_where_the_tenant_wants_it()
    {
        var user = await Leaver.New(host);
        await host.Rules(new { signInMails = false });
        await user.SignIn();
        user.Browser.Cookies.Remove("signin-demo");
        await host.Rules(new { signInMails = true });
        await user.SignIn(); // The browser is known from before.
        user.Browser.Cookies.Remove("signin-demo");
        foreach (var name in user.Browser.Cookies.Keys.Where(name => name.StartsWith("device-", StringComparison.Ordinal)).ToList())
            user.Browser.Cookies.Remove(name);
        await user.SignIn(); // By its own cookie.
        user.Browser = new(app);
        await user.SignIn();
        var mail = await host.Mail(user.Email);
        Assert.Contains(NewSignIn, mail, StringComparison.Ordinal);
        Assert.Contains("network 127.0.0.*", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1\n", mail, StringComparison.Ordinal);
        user.Browser.Cookies.Remove("signin-demo");
        await user.SignIn();
        await host.Rules(new { signInMails = true }); // Time for a mail that must not come.
        Assert.Single(host.Mails(user.Email));
    }

    [Fact]
    public async Task Whoever_signs_up_is_not_told_of_it()
    {
        var (browser, email) = (new Browser(app), $"{Guid.NewGuid():N}@people.example");
        var path = await host.Begin(browser, email);
        Assert.Equal("/demo/account", Browser.Location(await SignUpHost.Enter(browser, path, await host.Code(email))));
        var user = (await host.User(email))!;
        var again = new Browser(app);
        await again.SignIn(await again.Get("/demo/account"), email, SignUpHost.Password);
        Assert.Contains(NewSignIn, await host.Mail(email, 2), StringComparison.Ordinal); // The second one, after the code's.
        Assert.NotNull(user);
    }

    [Fact]
    public async Task With_a_second_factor_the_mail_comes_once_the_sign_in_is_complete()
    {
        await host.Rules(new { secondFactor = "offered" });
        var user = await Leaver.New(host);
        var person = new Person(app, "demo", user.Name, user.Id);
        await person.SetUp();
        var before = (await host.Mail(user.Email, 2), host.Mails(user.Email).Count).Count; // New sign-in, and the factor.
        app.Clock.Advance(TimeSpan.FromSeconds(60));
        person.Browser = new(app);
        var second = await person.FirstStep();
        await host.Rules(new { secondFactor = "offered" });
        Assert.Equal(before, host.Mails(user.Email).Count);
        await person.SecondStep(second);
        Assert.Contains(NewSignIn, await host.Mail(user.Email, before + 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_is_told_of_whoever_set_it_in_the_users_language()
    {
        await host.Rules(new { signInMails = false });
        var user = await Leaver.New(host);
        await user.SignIn();
        user.Browser.AcceptLanguage = "de";
        await user.Browser.Post("/demo/account", [.. await Browser.Fields(await user.Browser.Get("/demo/account")),
            ("action", "password"), ("old", user.Password), ("new", "another-password-1")]);
        Assert.Contains("Ihr Passwort wurde geändert", await host.Mail(user.Email), StringComparison.Ordinal);
        await (await app.Admin()).Do(HttpMethod.Put, $"users/{user.Id}/password", new { password = "another-password-2" });
        Assert.Contains("your password was changed", await host.Mail(user.Email, 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_account_page_marks_the_session_of_this_browser()
    {
        var user = await Leaver.New(host);
        await user.Token(); // A session elsewhere.
        var web = await Registered.WebApp(app, client => client with { FirstParty = true });
        var answer = await user.Browser.SignIn(
            await user.Browser.Authorize(("client_id", web.Id), ("redirect_uri", Registered.Redirect)), user.Name);
        await user.Browser.Redeem(Browser.Returned(Browser.Location(answer))["code"], ("client_id", web.Id),
            ("client_secret", Registered.Secret), ("redirect_uri", Registered.Redirect)).Is(200);
        var page = await (await user.Browser.Get("/demo/account")).Content.ReadAsStringAsync();
        Assert.Equal(2, page.Split("<small>This browser</small>").Length);
        Assert.Equal(3, page.Split("value=\"end\"").Length);
    }
}
