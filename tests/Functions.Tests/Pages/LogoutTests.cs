using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>OIDC RP-Initiated Logout 1.0: who may sign a user out, what ends, and where the browser goes.</summary>
public sealed class LogoutTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string SignedOut = "http://localhost:8100/signed-out";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task An_app_that_shows_the_users_id_token_ends_session_and_sign_in_and_gets_its_state_back()
    {
        var (browser, tokens) = await SignedIn();
        var answer = await browser.Get(
            Logout(("id_token_hint", Hint(tokens)), ("post_logout_redirect_uri", SignedOut), ("state", "a b&c=✓")));
        Assert.Equal($"{SignedOut}?state=a%20b%26c%3D%E2%9C%93", Browser.Location(answer));
        await AssertEnded(browser, tokens);
    }

    [Fact]
    public async Task Without_a_way_back_there_is_a_page_that_says_so()
    {
        var (browser, tokens) = await SignedIn();
        var page = await browser.Get(Logout(("id_token_hint", Hint(tokens))));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("You are signed out", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertEnded(browser, tokens);
    }

    [Fact]
    public async Task An_expired_id_token_is_good_enough()
    {
        await using var own = await TestHost.Start();
        var (browser, tokens) = await SignedIn(own);
        own.Clock.Advance(TimeSpan.FromHours(20));
        await browser.Get(Logout(("id_token_hint", Hint(tokens))));
        await AssertEnded(browser, tokens, own);
    }

    [Fact]
    public async Task A_form_from_the_app_does_the_same_though_it_brings_no_cookie()
    {
        var (browser, tokens) = await SignedIn();
        var elsewhere = new Browser(host); // SameSite=Lax: a foreign site's form comes without cookies…
        var answer = await elsewhere.Post("/demo/oauth/logout", ("id_token_hint", Hint(tokens)), ("post_logout_redirect_uri", SignedOut));
        Assert.StartsWith("/demo/logout?request=", Browser.Location(answer), StringComparison.Ordinal);
        foreach (var (name, value) in elsewhere.Cookies) browser.Cookies[name] = value; // …and the redirect brings them again.
        Assert.Equal(SignedOut, Browser.Location(await browser.Follow(answer)));
        await AssertEnded(browser, tokens);
    }

    [Fact]
    public async Task The_sign_in_that_a_session_came_from_ends_even_where_the_cookie_is_not_sent()
    {
        var (browser, tokens) = await SignedIn();
        await new Browser(host).Get(Logout(("id_token_hint", Hint(tokens))));
        await AssertEnded(browser, tokens);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not-a-token")]
    [InlineData("tampered")]
    [InlineData("access_token")]
    [InlineData("foreign")]
    public async Task Without_a_good_hint_the_user_is_asked_and_nothing_has_happened(string? kind)
    {
        var (browser, tokens) = await SignedIn();
        var hint = kind switch
        {
            "tampered" => Hint(tokens)[..^4] + "AAAA",
            "access_token" => tokens.AccessToken,
            "foreign" => Hint(await new Browser(host, "acme").Tokens()),
            _ => kind,
        };
        var asked = await browser.Get(Logout(("id_token_hint", hint), ("post_logout_redirect_uri", hint is null ? null : SignedOut)));
        var page = await browser.Follow(asked);
        Assert.Contains("Sign out?", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await IsSignedIn(browser));
        await browser.Post("/demo/logout", [.. await Browser.Fields(page), ("action", "stay")]);
        Assert.True(await IsSignedIn(browser));
        var done = await browser.Post("/demo/logout", [.. await Browser.Fields(page), ("action", "signout")]);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode); // Nobody vouches for the way back.
        Assert.False(await IsSignedIn(browser));
        await Refresh(tokens).Is(200); // No hint named a session.
    }

    [Fact]
    public async Task Another_users_id_token_signs_nobody_out()
    {
        var (browser, tokens) = await SignedIn();
        var foreign = new Browser(host);
        var bobs = Hint(await foreign.Redeem(await Code(foreign, "bob")).Read<TokenAnswer>());
        var page = await browser.Follow(await browser.Get(Logout(("id_token_hint", bobs), ("post_logout_redirect_uri", SignedOut))));
        Assert.Contains("Sign out?", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await IsSignedIn(browser));
        await Refresh(tokens).Is(200);
    }

    [Fact]
    public async Task A_client_id_alone_asks_and_then_leads_back()
    {
        var (browser, _) = await SignedIn();
        var page = await browser.Follow(
            await browser.Get(Logout(("client_id", "mobile"), ("post_logout_redirect_uri", SignedOut), ("state", "s"))));
        Assert.Contains("form-action 'self' http://localhost:8100", page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
        var done = await browser.Post("/demo/logout", [.. await Browser.Fields(page), ("action", "signout")]);
        Assert.Equal($"{SignedOut}?state=s", Browser.Location(done));
        Assert.False(await IsSignedIn(browser));
    }

    [Fact]
    public async Task After_a_click_a_private_scheme_gets_a_visible_link()
    {
        var (browser, _) = await SignedIn();
        var page = await browser.Follow(
            await browser.Get(Logout(("client_id", "mobile"), ("post_logout_redirect_uri", "com.example.files:/signed-out"))));
        var done = await browser.Post("/demo/logout", [.. await Browser.Fields(page), ("action", "signout")]);
        Assert.Equal("com.example.files:/signed-out", await Browser.Link(done));
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("http://localhost:8100/signed-out/")]
    [InlineData("http://localhost:8100/signed-out?x=1")]
    [InlineData("http://localhost:8101/signed-out")]
    [InlineData("http://localhost:8100/signed-out#x")]
    [InlineData("HTTP://localhost:8100/signed-out")]
    [InlineData("//evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://127.0.0.1:51004/callback")] // A redirect URI, but of the wrong list.
    public async Task A_way_back_that_is_not_registered_is_refused_and_nobody_is_signed_out(string uri)
    {
        var (browser, tokens) = await SignedIn();
        foreach (var who in new[] { ("id_token_hint", (string?)Hint(tokens)), ("client_id", "mobile") })
        {
            var page = await browser.Get(Logout(who, ("post_logout_redirect_uri", uri)));
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
            Assert.False(page.Headers.Contains("Location"));
        }
        Assert.True(await IsSignedIn(browser));
        await Refresh(tokens).Is(200);
    }

    [Fact]
    public async Task A_way_back_that_nobody_names_is_not_followed()
    {
        var page = await new Browser(host).Get(Logout(("post_logout_redirect_uri", SignedOut)));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("localhost:8100", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operators_mistake_in_the_registration_is_not_followed_either()
    {
        var client = await Registered.WebApp(host, client => client with { PostLogoutRedirectUris = ["javascript:alert(1)"] });
        var page = await new Browser(host).Get(Logout(("client_id", client.Id), ("post_logout_redirect_uri", "javascript:alert(1)")));
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
    }

    [Theory]
    [InlineData("client_id=other")]
    [InlineData("state=1&state=2")]
    public async Task What_contradicts_itself_is_refused(string more)
    {
        var (browser, tokens) = await SignedIn();
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Get($"{Logout(("id_token_hint", Hint(tokens)))}&{more}")).StatusCode);
        Assert.True(await IsSignedIn(browser));
    }

    [Fact]
    public async Task A_forged_or_foreign_form_signs_nobody_out()
    {
        var (browser, _) = await SignedIn();
        var page = await browser.Follow(await browser.Get(Logout()));
        var fields = await Browser.Fields(page);
        List<(string, string)> forged = [.. fields.Where(f => f.Item1 != "form"), ("form", new string('A', 43)), ("action", "signout")];
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/demo/logout", forged)).StatusCode);
        var (other, _) = await SignedIn();
        Assert.Equal(HttpStatusCode.BadRequest, (await other.Post("/demo/logout", [.. fields, ("action", "signout")])).StatusCode);
        Assert.True(await IsSignedIn(browser) && await IsSignedIn(other));
    }

    [Fact]
    public async Task Twenty_logouts_at_once_all_end_well()
    {
        var (browser, tokens) = await SignedIn();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.Http.GetAsync(Logout(("id_token_hint", Hint(tokens))))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await AssertEnded(browser, tokens);
    }

    static string Logout(params (string Name, string? Value)[] parameters) => "/demo/oauth/logout?" + string.Join('&',
        parameters.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));

    static string Hint(TokenAnswer tokens) => tokens.IdToken!;

    async Task<(Browser, TokenAnswer)> SignedIn(TestHost? on = null)
    {
        var browser = new Browser(on ?? host);
        return (browser, await browser.Tokens());
    }

    static async Task<string> Code(Browser browser, string user)
    {
        var answer = await browser.SignIn(await browser.Authorize(), user);
        if (Browser.Location(answer).StartsWith('/')) answer = await browser.Consent(answer);
        return Browser.Returned(Browser.Location(answer))["code"];
    }

    static async Task<bool> IsSignedIn(Browser browser) =>
        !Browser.Location(await browser.Authorize(("prompt", "none"))).Contains("login_required", StringComparison.Ordinal);

    Task<HttpResponseMessage> Refresh(TokenAnswer tokens, TestHost? on = null) => (on ?? host).Token("demo",
        ("grant_type", "refresh_token"), ("client_id", "mobile"), ("refresh_token", tokens.RefreshToken!));

    async Task AssertEnded(Browser browser, TokenAnswer tokens, TestHost? on = null)
    {
        Assert.False(await IsSignedIn(browser));
        await Refresh(tokens, on).Refused("invalid_grant");
        var files = await (on ?? host).Send(HttpMethod.Get, "/demo/files", tokens.AccessToken);
        Assert.Equal(HttpStatusCode.Unauthorized, files.StatusCode);
    }
}
