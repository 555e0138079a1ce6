using System.Net;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>Who is asked what, and when (OIDC Core §3.1.2.1, §3.1.2.3, §3.1.2.6; RFC 8252 §8.6).</summary>
public sealed class PromptTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task The_second_sign_in_is_silent()
    {
        var browser = await SignedInToWeb();
        var answer = await browser.Authorize(Web());
        Assert.StartsWith($"{Registered.Redirect}?code=", Browser.Location(answer), StringComparison.Ordinal);
        await Redeem(browser, Browser.Returned(Browser.Location(answer))["code"]).Is(200);
    }

    [Fact]
    public async Task Prompt_none_gives_a_code_to_who_is_signed_in_and_has_consented()
    {
        var browser = await SignedInToWeb();
        Assert.Contains("code=", Browser.Location(await browser.Authorize(Web(("prompt", "none")))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompt_none_without_a_sign_in_is_login_required() =>
        Assert.Equal("login_required", await Error(new Browser(host), ("prompt", "none")));

    [Fact]
    public async Task Prompt_none_without_approval_is_consent_required()
    {
        var browser = await SignedIn();
        Assert.Equal("consent_required", await Error(browser, ("prompt", "none"), ("scope", "openid files.share")));
    }

    [Fact]
    public async Task Prompt_none_to_a_private_scheme_is_interaction_required()
    {
        var browser = await SignedIn();
        Assert.Equal("interaction_required", await Error(browser, ("prompt", "none"), ("redirect_uri", Browser.PrivateScheme)));
    }

    [Fact]
    public async Task Nothing_goes_to_a_private_scheme_without_a_click()
    {
        var browser = await SignedIn();
        var answer = await browser.Authorize(("redirect_uri", Browser.PrivateScheme));
        var page = await browser.Consent(answer);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.StartsWith($"{Browser.PrivateScheme}?code=", await Browser.Link(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_party_apps_private_scheme_needs_a_click_too_and_signing_in_is_one()
    {
        var client = await Registered.WebApp(host, client => client with
        {
            Native = true,
            SecretHashes = [],
            FirstParty = true,
            RedirectUris = ["com.example.own:/callback"],
        });
        (string, string?)[] app = [("client_id", client.Id), ("redirect_uri", "com.example.own:/callback")];
        var browser = new Browser(host);
        var first = await browser.SignIn(await browser.Authorize(app));
        Assert.StartsWith("com.example.own:/callback?code=", await Browser.Link(first), StringComparison.Ordinal);
        var second = await browser.Authorize(app);
        Assert.StartsWith("/demo/consent?", Browser.Location(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_of_the_tenants_own_needs_no_consent()
    {
        var client = await Registered.WebApp(host, client => client with { FirstParty = true });
        var browser = new Browser(host);
        var answer = await browser.SignIn(await browser.Authorize(("client_id", client.Id), ("redirect_uri", Registered.Redirect)));
        Assert.StartsWith($"{Registered.Redirect}?code=", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompt_login_wants_a_new_sign_in_and_the_token_says_when()
    {
        var browser = await SignedIn();
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        var answer = await browser.Authorize(("prompt", "login"));
        // Going straight to the consent page does not get around it.
        var aside = await browser.Get(Browser.Location(answer).Replace("/login", "/consent", StringComparison.Ordinal));
        Assert.StartsWith("/demo/login?", Browser.Location(aside), StringComparison.Ordinal);
        var returned = Browser.Returned(Browser.Location(await browser.SignIn(answer)));
        var token = Browser.IdToken(await browser.Redeem(returned["code"]).Read<TokenAnswer>());
        Assert.Equal(host.Clock.Now.ToUnixTimeSeconds(), token.GetPayloadValue<long>("auth_time"));
    }

    [Fact]
    public async Task Max_age_wants_a_new_sign_in_only_when_the_old_one_is_too_old()
    {
        var browser = await SignedInToWeb();
        var signedInAt = host.Clock.Now.ToUnixTimeSeconds();
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        var young = Browser.Returned(Browser.Location(await browser.Authorize(Web(("max_age", "10")))));
        var token = Browser.IdToken(await Redeem(browser, young["code"]).Read<TokenAnswer>());
        Assert.Equal(signedInAt, token.GetPayloadValue<long>("auth_time"));
        Assert.StartsWith("/demo/login", Browser.Location(await browser.Authorize(("max_age", "9"))), StringComparison.Ordinal);
        Assert.Equal("login_required", await Error(browser, ("max_age", "0"), ("prompt", "none")));
    }

    [Fact]
    public async Task Prompt_consent_asks_again()
    {
        var browser = await SignedIn();
        var answer = await browser.Consent(await browser.Authorize(("prompt", "consent")));
        Assert.Contains("code=", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompt_select_account_lets_the_user_change()
    {
        var browser = await SignedIn();
        var answer = await browser.Authorize(("prompt", "select_account"));
        var page = await (await browser.Follow(answer)).Content.ReadAsStringAsync();
        Assert.Contains("/demo/login?request=", page, StringComparison.Ordinal);
        var asBob = await browser.Get(Browser.Location(answer).Replace("/consent", "/login", StringComparison.Ordinal));
        var answered = await browser.Post("/demo/login",
            [.. await Browser.Fields(asBob), ("username", "bob"), ("password", "bob-password")]);
        if (Browser.Location(answered).StartsWith('/')) answered = await browser.Consent(answered);
        var code = Browser.Returned(Browser.Location(answered))["code"];
        var token = Browser.IdToken(await browser.Redeem(code).Read<TokenAnswer>());
        Assert.Equal("Bob", token.GetPayloadValue<string>("name"));
    }

    [Fact]
    public async Task A_hint_for_another_user_does_not_get_the_one_who_is_signed_in()
    {
        var alice = (await new Browser(host).Tokens()).IdToken;
        var bob = await SignedIn("bob");
        Assert.Equal("login_required", await Error(bob, ("prompt", "none"), ("id_token_hint", alice)));
        Assert.Equal("login_required", await Error(bob, ("prompt", "none"), ("id_token_hint", "nonsense")));
        var again = await bob.SignIn(await bob.Authorize(("id_token_hint", alice)), "bob");
        Assert.Equal("login_required", Browser.Returned(Browser.Location(again))["error"]);
        var asAlice = await SignedInToWeb();
        Assert.Contains("code=", Browser.Location(await asAlice.Authorize(Web(("prompt", "none"), ("id_token_hint", alice)))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_hint_is_in_the_form()
    {
        var browser = new Browser(host);
        var page = await (await browser.Follow(await browser.Authorize(("login_hint", "a\"><b>")))).Content.ReadAsStringAsync();
        Assert.Contains("value=\"a&quot;&gt;&lt;b&gt;\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_holds_for_one_tenant_only()
    {
        var browser = await SignedIn();
        var cookie = browser.Cookies.Single(c => c.Key.Contains("signin", StringComparison.Ordinal));
        var abroad = new Browser(host, "acme");
        abroad.Cookies[cookie.Key] = cookie.Value;
        abroad.Cookies[cookie.Key.Replace("demo", "acme", StringComparison.Ordinal)] = cookie.Value;
        Assert.Equal("login_required", Browser.Returned(Browser.Location(await abroad.Authorize(("prompt", "none"))))["error"]);
    }

    [Fact]
    public async Task A_sign_in_ends_when_it_is_not_used_and_at_the_latest_after_two_weeks()
    {
        var browser = await SignedInToWeb();
        for (var day = 0; day < 14; day++)
        {
            host.Clock.Advance(TimeSpan.FromHours(23.9));
            Assert.Contains("code=", Browser.Location(await browser.Authorize(Web(("prompt", "none")))), StringComparison.Ordinal);
        }
        host.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("login_required", await Error(browser, ("prompt", "none")));
        var idle = await SignedIn();
        host.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal("login_required", await Error(idle, ("prompt", "none")));
    }

    [Fact]
    public async Task A_user_who_was_disabled_is_not_signed_in()
    {
        var tenant = await host.Service<TenantStore>().Find("demo", CancellationToken.None);
        var users = host.Service<UserStore>();
        var passwords = host.Service<Latchkey.OAuth.Passwords>();
        var carol = new User
        {
            Id = "carol",
            UserName = "carol",
            Name = "Carol",
            Roles = ["member"],
            PasswordHash = await passwords.Hash("carol-password", default)
        };
        await users.TryAdd(tenant!, carol, CancellationToken.None);
        var browser = await SignedIn("carol");
        var table = host.Service<Latchkey.Storage.StorageClients>().Tables.GetTableClient("Users");
        await table.UpdateEntityAsync(
            new Azure.Data.Tables.TableEntity("demo", Latchkey.Storage.RowKeys.User("carol")) { ["Disabled"] = true }, Azure.ETag.All);
        Assert.Equal("login_required", await Error(browser, ("prompt", "none")));
    }

    async Task<Browser> SignedIn(string user = "alice")
    {
        var browser = new Browser(host);
        var answer = await browser.SignIn(await browser.Authorize(), user);
        if (Browser.Location(answer).StartsWith('/')) await browser.Consent(answer);
        return browser;
    }

    // A web app's redirect is nobody else's, so it is answered without a click.
    async Task<Browser> SignedInToWeb()
    {
        await Registered.WebApp(host, client => client with { Id = "prompt-web" });
        var browser = await SignedIn();
        var answer = await browser.Authorize(Web());
        if (Browser.Location(answer).StartsWith('/')) await browser.Consent(answer);
        return browser;
    }

    static (string, string?)[] Web(params (string, string?)[] more) =>
        [("client_id", "prompt-web"), ("redirect_uri", Registered.Redirect), .. more];

    static Task<HttpResponseMessage> Redeem(Browser browser, string code) =>
        browser.Redeem(code, [.. Web(), ("client_secret", Registered.Secret)]);

    static async Task<string> Error(Browser browser, params (string, string?)[] changes) =>
        Browser.Returned(Browser.Location(await browser.Authorize(changes)))["error"];
}
