using System.Net;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Admin;

/// <summary>
/// What an administrator ends by user, by client or for the whole tenant is over wherever it could be used: each of those
/// places, after each of those marks.
/// </summary>
public sealed class RevocationMarkTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    readonly TestHost host = demo.Host;
    readonly Browser browser = new(demo.Host);

    AdminClient admin = null!;
    TokenAnswer tokens = null!;

    public static TheoryData<string> Marks => ["user", "client", "tenant"];

    public async Task InitializeAsync()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1)); // What the test before has ended is over.
        admin = await host.Admin();
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { user = await host.UserId("alice") });
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        tokens = await browser.Tokens(("scope", "openid profile files.read offline_access"));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory, MemberData(nameof(Marks))]
    public async Task A_revocation_ends_a_refresh_token(string mark)
    {
        await Revoke(mark, "mobile");
        await IsInvalidGrant(("grant_type", "refresh_token"), ("client_id", "mobile"), ("refresh_token", tokens.RefreshToken!));
    }

    [Theory, MemberData(nameof(Marks))]
    public async Task A_revocation_ends_a_refresh_by_cookie_and_takes_the_cookie_back(string mark)
    {
        var web = await WebApp();
        var cookie = await ByCookie(web);
        await Revoke(mark, web.Id);
        var request = new HttpRequestMessage(HttpMethod.Post,
            "/demo/oauth/token")
        { Content = TestHost.Form(("grant_type", "refresh_token"), ("client_id", web.Id)) };
        request.Headers.Add("Origin", "http://localhost:8100");
        request.Headers.Add("Cookie", cookie);
        var answer = await host.Http.SendAsync(request);
        await answer.Refused("invalid_grant");
        Assert.StartsWith(cookie.Split('=')[0] + "=;", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Marks))]
    public async Task A_revocation_ends_a_code_that_was_not_redeemed(string mark)
    {
        var code = Browser.Returned(Browser.Location(await browser.Consent(await browser.Authorize())))["code"];
        await Revoke(mark, "mobile");
        await browser.Redeem(code).Refused("invalid_grant");
    }

    [Theory, MemberData(nameof(Marks))]
    public async Task A_device_that_was_allowed_and_has_not_fetched_its_tokens_gets_none(string mark)
    {
        var deviceCode = await Approved("tv");
        await Revoke(mark, "tv");
        await IsInvalidGrant(("grant_type", DeviceGrant), ("client_id", "tv"), ("device_code", deviceCode));
    }

    [Theory, MemberData(nameof(Marks))]
    public async Task An_access_token_opens_neither_userinfo_nor_files_and_introspection_calls_both_tokens_inactive(string mark)
    {
        var access = tokens.AccessToken;
        await Revoke(mark, "mobile");
        foreach (var path in new[] { "/demo/oauth/userinfo", "/demo/files" })
            await host.Send(HttpMethod.Get, path, access).Fails(401, "invalid_token");
        host.Clock.Advance(TimeSpan.FromSeconds(1)); // Whoever asks signs in after the mark.
        foreach (var token in new[] { access, tokens.RefreshToken! })
        {
            var answer = await host.Http.PostAsync("/demo/oauth/introspect", TestHost.Form(
                ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only"), ("token", token)));
            Assert.Equal("""{"active":false}""", await answer.Content.ReadAsStringAsync());
        }
    }

    [Theory, MemberData(nameof(Marks))]
    public async Task The_browsers_sign_in_is_over_but_for_a_clients_mark_and_the_account_page_lists_what_is_left(string mark)
    {
        await ByCookie(await WebApp());
        await Revoke(mark, "mobile");
        var page = await browser.Get("/demo/account");
        if (mark != "client")
        {
            Assert.StartsWith("/demo/login?", Browser.Location(page), StringComparison.Ordinal);
            Assert.StartsWith("/demo/login?", Browser.Location(await browser.Authorize()), StringComparison.Ordinal);
            Assert.Equal("login_required", Browser.Returned(Browser.Location(await browser.Authorize(("prompt", "none"))))["error"]);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            page = await browser.Follow(await browser.SignIn(await browser.Get("/demo/account")));
        }
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(mark == "client" ? 1 : 0, Count(html, "name=\"session\"")); // The web app's, which is not the one marked.
        Assert.StartsWith("/demo/consent?", Browser.Location(await browser.Authorize()), StringComparison.Ordinal); // Who is signed in, is.
    }

    [Theory, MemberData(nameof(Marks))]
    public async Task A_logout_with_the_id_token_of_what_is_over_does_no_harm_and_ends_the_rest(string mark)
    {
        await Revoke(mark, "mobile");
        var answer = await browser.Get($"/demo/oauth/logout?id_token_hint={tokens.IdToken}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("/demo/login?", Browser.Location(await browser.Get("/demo/account")), StringComparison.Ordinal);
        await IsInvalidGrant(("grant_type", "refresh_token"), ("client_id", "mobile"), ("refresh_token", tokens.RefreshToken!));
    }

    [Theory, MemberData(nameof(Marks))]
    public async Task Whoever_signs_in_after_a_revocation_is_in(string mark)
    {
        await Revoke(mark, "mobile");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var again = await new Browser(host).Tokens(("scope", "openid profile files.read offline_access"));
        await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", again.AccessToken).Is(200);
        await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "mobile"), ("refresh_token", again.RefreshToken!)).Is(200);
    }

    async Task Revoke(string mark, string client)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await admin.Do(HttpMethod.Post, "sessions/revoke", mark switch
        {
            "user" => new { user = await host.UserId("alice") },
            "client" => new { client },
            _ => new { all = true },
        });
    }

    Task<Client> WebApp() => Registered.WebApp(host, client => client with
    {
        SecretHashes = [],
        RefreshByCookie = true,
        Grants = [.. client.Grants, DeviceGrant],
    });

    async Task<string> ByCookie(Client web)
    {
        (string, string?)[] changes = [("client_id", web.Id), ("redirect_uri", Registered.Redirect),
            ("scope", "openid offline_access files.read")];
        var answer = Browser.Location(await browser.Authorize(changes));
        if (answer.StartsWith('/')) answer = Browser.Location(await browser.Consent(await browser.Authorize(changes)));
        var redeemed = await browser.Redeem(Browser.Returned(answer)["code"], ("client_id", web.Id), ("redirect_uri", Registered.Redirect));
        await redeemed.Is(200);
        return redeemed.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    async Task<string> Approved(string client)
    {
        var codes = await host.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form(("client_id", client)))
            .Read<DeviceCodeAnswer>();
        var entry = await Browser.Fields(await browser.Get("/demo/device"));
        var consent = await browser.Follow(await browser.Post("/demo/device", [.. entry, ("user_code", codes.UserCode)]));
        await browser.Post("/demo/device", [.. await Browser.Fields(consent), ("action", "allow")]);
        return codes.DeviceCode;
    }

    async Task IsInvalidGrant(params (string, string)[] form) =>
        await host.Token("demo", form).Refused("invalid_grant");

    static int Count(string text, string part) => text.Split(part).Length - 1;
}
