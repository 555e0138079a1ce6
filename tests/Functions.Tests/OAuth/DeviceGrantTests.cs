using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Keys;
using Latchkey.OAuth;
using Latchkey.Storage;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.OAuth;

/// <summary>The device grant (RFC 8628): what the device hears, what the user is asked, and what happens once.</summary>
public sealed partial class DeviceGrantTests : IAsyncLifetime
{
    const string Grant = "urn:ietf:params:oauth:grant-type:device_code";

    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start(clock: TestClock.AtNoon());

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_device_gets_tokens_once_its_user_has_said_yes()
    {
        var codes = await Begin(("scope", "openid files.read"));
        Assert.Equal(5, codes.Interval);
        Assert.Equal(600, codes.ExpiresIn);
        Assert.Equal($"{host.Origin}/demo/device?user_code={UserCode(codes)}", codes.VerificationUriComplete);
        await AssertError(codes, "authorization_pending");
        var browser = new Browser(host);
        var consent = await Enter(browser, UserCode(codes));
        var html = WebUtility.HtmlDecode(await consent.Content.ReadAsStringAsync());
        Assert.Contains("Demo TV app on your device wants to", html, StringComparison.Ordinal);
        Assert.Contains($"The device shows {UserCode(codes)}", html, StringComparison.Ordinal);
        Assert.Contains("Never continue because somebody sent you here", html, StringComparison.Ordinal);
        var done = await Answer(browser, consent, "allow");
        Assert.Contains("Your device is connected", await done.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        var tokens = await Poll(codes).Read<TokenAnswer>();
        Assert.Equal("openid files.read", tokens.Scope);
        Assert.Equal("tv", Browser.IdToken(tokens).Audiences.Single());
        Assert.Equal(HttpStatusCode.OK, (await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken)).StatusCode);
        await Refresh(tokens).Is(200);
    }

    [Fact]
    public async Task Whoever_reads_the_table_finds_no_code_by_trying_and_a_rotation_loses_none()
    {
        await using var own = await TestHost.Start(
            clock: TestClock.AtNoon(),
            settings: new()
            {
                ["Latchkey:Signing:KeyFile"] = Path.Combine(Path.GetTempPath(),
                $"latchkey-{Guid.CreateVersion7():n}.json")
            });
        var tenant = await own.Tenant("demo");
        await own.Tokens("demo");
        await own.Service<KeyRotation>().Rotate("demo", default);
        own.Clock.Advance(TimeSpan.FromMinutes(9));
        var code = UserCode(await own.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form([("client_id", "tv")]))
            .Read<DeviceCodeAnswer>())
            .Replace("-", "", StringComparison.Ordinal);
        var tables = own.Service<StorageClients>().Tables;
        await foreach (var table in tables.QueryAsync())
        {
            if (!table.Name.StartsWith("Requests", StringComparison.Ordinal)) continue;
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<Azure.Data.Tables.TableEntity>())
            {
                var told = string.Join(" ", row.Select(column => column.Value));
                foreach (var guess in (string[])[code, Ids.Hash(code), Ids.HashBase32(code), Ids.Hash($"demo|{code}")])
                    Assert.DoesNotContain(guess, told, StringComparison.OrdinalIgnoreCase);
            }
        }
        own.Clock.Advance(TimeSpan.FromMinutes(2)); // The new key makes MACs now.
        Assert.NotNull(await own.Service<DeviceRequests>().FindByUserCode(tenant, code, default));
        Assert.Null(await own.Service<DeviceRequests>().FindByUserCode(await own.Tenant("acme"), code, default));
    }

    [Fact]
    public async Task A_user_who_says_no_is_heard()
    {
        var codes = await Begin();
        var browser = new Browser(host);
        var consent = await Enter(browser, UserCode(codes));
        await Answer(browser, consent, "deny");
        await AssertError(codes, "access_denied");
        // No stays no.
        Assert.Equal(HttpStatusCode.BadRequest, (await Answer(browser, consent, "allow")).StatusCode);
        await AssertError(codes, "access_denied");
    }

    [Fact]
    public async Task A_device_that_asks_too_often_is_told_to_slow_down_and_has_to()
    {
        var codes = await Begin();
        await AssertError(codes, "authorization_pending");
        await AssertError(codes, "slow_down");
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        await AssertError(codes, "slow_down"); // It is ten now, and then fifteen.
        host.Clock.Advance(TimeSpan.FromSeconds(15));
        await AssertError(codes, "authorization_pending");
    }

    [Fact]
    public async Task A_code_expires_for_the_device_and_for_the_user()
    {
        var codes = await Begin();
        var browser = new Browser(host);
        var consent = await Enter(browser, UserCode(codes));
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await AssertError(codes, "expired_token");
        Assert.Equal(HttpStatusCode.BadRequest, (await Answer(browser, consent, "allow")).StatusCode);
        await AssertError(codes, "expired_token");
    }

    [Fact]
    public async Task Who_answers_in_the_last_second_still_leaves_the_device_a_minute()
    {
        var codes = await Begin();
        var browser = new Browser(host);
        var consent = await Enter(browser, UserCode(codes));
        host.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        await Answer(browser, consent, "allow");
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await Poll(codes).Is(200);
    }

    [Fact]
    public async Task Nobody_fetches_an_answer_long_after_it_was_given()
    {
        var codes = await Begin();
        await Allow(codes);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await AssertError(codes, "expired_token");
    }

    [Fact]
    public async Task Of_fifty_exchanges_at_once_one_wins_and_the_replay_ends_the_session()
    {
        var codes = await Begin();
        await Allow(codes);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Poll(codes)));
        var tokens = await Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK).Read<TokenAnswer>();
        await Refresh(tokens).Is(400);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken)).StatusCode);
    }

    [Fact]
    public async Task Twenty_clicks_at_once_start_one_session()
    {
        var codes = await Begin();
        var browser = new Browser(host);
        var consent = await Enter(browser, UserCode(codes));
        var fields = await Browser.Fields(consent);
        var cookies = string.Join("; ", browser.Cookies.Select(c => $"{c.Key}={c.Value}"));
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post,
                "/demo/device")
            { Content = TestHost.Form([.. fields, ("action", "allow")]) };
            request.Headers.Add("Cookie", cookies);
            return host.Http.SendAsync(request);
        }));
        Assert.All(pages, page => Assert.Equal(HttpStatusCode.OK, page.StatusCode));
        await Poll(codes).Is(200);
        var account = await (await browser.Get("/demo/account")).Content.ReadAsStringAsync();
        Assert.Equal(1, Sessions().Count(account));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("20260101.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_made_up_device_code_is_refused_before_storage_is_asked(string code)
    {
        var error = await host.Token("demo", ("grant_type", Grant), ("client_id", "tv"), ("device_code", code)).Problem(400);
        Assert.Equal("invalid_grant", error.Error);
    }

    [Fact]
    public async Task Another_tenants_or_another_clients_device_code_is_refused()
    {
        var codes = await Begin();
        await Allow(codes);
        var code = codes.DeviceCode;
        await host.Token("acme", ("grant_type", Grant), ("client_id", "tv"), ("device_code", code)).Is(400);
        var other = await Registered.WebApp(host, client => client with { Grants = [Grant] });
        await host.Token("demo", ("grant_type", Grant), ("client_id", other.Id), ("client_secret", Registered.Secret),
            ("device_code", code)).Is(400);
        await Poll(codes).Is(200); // And it did the device no harm.
    }

    [Fact]
    public async Task A_client_that_may_not_is_told_so_at_both_endpoints()
    {
        foreach (var answer in new[]
        {
            await host.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form(("client_id", "mobile"))),
            await host.Token("demo", ("grant_type", Grant), ("client_id", "mobile"), ("device_code", "x")),
        }) await answer.Refused("unauthorized_client");
    }

    [Fact]
    public async Task A_scope_beyond_the_clients_is_refused_at_the_start() =>
        await host.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form(("client_id", "tv"), ("scope", "admin")))
            .Refused("invalid_scope");

    [Fact]
    public async Task A_code_in_the_address_is_shown_and_not_taken_unseen()
    {
        var codes = await Begin();
        var browser = new Browser(host);
        await SignedIn(browser);
        var page = await browser.Get($"/demo/device?user_code={UserCode(codes)}");
        Assert.Contains($"value=\"{UserCode(codes)}\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertError(codes, "authorization_pending");
    }

    [Fact]
    public async Task Who_is_not_signed_in_does_not_learn_whether_a_code_is_good()
    {
        var codes = await Begin();
        foreach (var code in new[] { UserCode(codes), "BCDF-GHJK" })
        {
            var browser = new Browser(host);
            var page = await browser.Get("/demo/device");
            var answer = await browser.Post("/demo/device", [.. await Browser.Fields(page), ("user_code", code)]);
            Assert.StartsWith("/demo/login?", Browser.Location(await browser.Follow(answer)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Guessing_codes_locks_the_account_out_of_guessing_and_out_of_nothing_else()
    {
        var browser = new Browser(host);
        await SignedIn(browser);
        for (var guess = 0; guess < 10; guess++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await Enter(browser, "BCDF-GHJK")).StatusCode);
            host.Clock.Advance(TimeSpan.FromSeconds(40));
        }
        var codes = await Begin();
        var page = await Enter(browser, UserCode(codes));
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.True(page.Headers.Contains("Retry-After"));
        await SignedIn(new Browser(host));
        Assert.Equal(HttpStatusCode.OK, (await Enter(new Browser(host), UserCode(codes), "bob")).StatusCode);
    }

    [Fact]
    public async Task Of_codes_guessed_at_once_no_more_are_looked_at_than_one_after_the_other()
    {
        var browser = new Browser(host);
        await SignedIn(browser);
        var fields = await Browser.Fields(await browser.Get("/demo/device"));
        var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        var visits = await Task.WhenAll(Enumerable.Range(0, 60).Select(guess =>
            Send(HttpMethod.Post, "/demo/device", cookies, [.. fields, ("user_code", $"BCDFGHJ{"BCDFGHJKLMNPQRSTVWXZ"[guess % 20]}")])));
        var answers = await Task.WhenAll(visits.Select(visit => Send(HttpMethod.Get, Browser.Location(visit),
            $"{cookies}; {RequestCookie(visit)}")));
        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest), 1, 10);
        Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 400 or 429, $"{(int)answer.StatusCode}"));

        Task<HttpResponseMessage> Send(HttpMethod method, string path, string cookie, params IEnumerable<(string, string)> form)
        {
            var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post ? TestHost.Form(form) : null };
            request.Headers.Add("Cookie", cookie);
            return host.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_good_code_of_their_own_clears_no_guessers_count()
    {
        var browser = new Browser(host);
        await SignedIn(browser);
        var own = UserCode(await Begin());
        for (var guess = 0; guess < 10; guess++)
        {
            await Enter(browser, "BCDF-GHJK");
            host.Clock.Advance(TimeSpan.FromSeconds(40));
            if (guess < 9) await Enter(browser, own);
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Enter(browser, own)).StatusCode);
    }

    [Fact]
    public async Task Only_the_user_who_answers_may_answer_and_only_by_our_form()
    {
        var codes = await Begin();
        var alice = new Browser(host);
        var consent = await Enter(alice, UserCode(codes));
        var fields = await Browser.Fields(consent);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await alice.Post("/demo/device", [.. fields.Where(f => f.Item1 != "form"), ("action", "allow")])).StatusCode);
        var bob = new Browser(host);
        await bob.SignIn(await bob.Get("/demo/account"), "bob");
        Assert.Equal(HttpStatusCode.BadRequest, (await bob.Post("/demo/device", [.. fields, ("action", "allow")])).StatusCode);
        await AssertError(codes, "authorization_pending");
        // Somebody else with the code comes too late.
        await Answer(alice, consent, "allow");
        Assert.Equal(HttpStatusCode.BadRequest, (await Enter(bob, UserCode(codes))).StatusCode);
    }

    [Fact]
    public async Task A_yes_is_only_to_what_was_shown()
    {
        var codes = await Begin(("scope", "openid files.read"));
        var browser = new Browser(host);
        var fields = await Browser.Fields(await Enter(browser, UserCode(codes)));
        var page = await browser.Post("/demo/device", [.. fields.Where(f => f.Item1 != "scope"), ("scope", "openid"), ("action", "allow")]);
        Assert.Contains("wants to", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertError(codes, "authorization_pending");
    }

    [Fact]
    public async Task A_code_that_crosses_midnight_is_found()
    {
        var now = host.Clock.Now;
        host.Clock.Now = new DateTimeOffset(now.Year, now.Month, now.Day, 23, 55, 0, TimeSpan.Zero);
        var codes = await Begin();
        await Allow(codes);
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await Poll(codes).Is(200);
    }

    Task<DeviceCodeAnswer> Begin(params IEnumerable<(string, string)> more) =>
        host.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form([("client_id", "tv"), .. more])).Read<DeviceCodeAnswer>();

    static string UserCode(DeviceCodeAnswer codes) => codes.UserCode;

    Task<HttpResponseMessage> Poll(DeviceCodeAnswer codes) => host.Token("demo",
        ("grant_type", Grant), ("client_id", "tv"), ("device_code", codes.DeviceCode));

    async Task AssertError(DeviceCodeAnswer codes, string error) =>
        await Poll(codes).Refused(error);

    static async Task SignedIn(Browser browser) => await browser.SignIn(await browser.Get("/demo/account"));

    // The code, the sign-in if there is none, and the page after them.
    static async Task<HttpResponseMessage> Enter(Browser browser, string code, string user = "alice")
    {
        var page = await browser.Get("/demo/device");
        var answer = await browser.Follow(await browser.Post("/demo/device", [.. await Browser.Fields(page), ("user_code", code)]));
        if (answer.StatusCode != HttpStatusCode.SeeOther) return answer;
        return await browser.Follow(await browser.SignIn(answer, user));
    }

    static async Task<HttpResponseMessage> Answer(Browser browser, HttpResponseMessage consent, string action) =>
        await browser.Post("/demo/device", [.. await Browser.Fields(consent), ("action", action)]);

    async Task Allow(DeviceCodeAnswer codes)
    {
        var browser = new Browser(host);
        var done = await Answer(browser, await Enter(browser, UserCode(codes)), "allow");
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
    }

    Task<HttpResponseMessage> Refresh(TokenAnswer tokens) => host.Token("demo",
        ("grant_type", "refresh_token"), ("client_id", "tv"), ("refresh_token", tokens.RefreshToken!));

    [GeneratedRegex("""name="session" value=""")]
    private static partial Regex Sessions();

    static string RequestCookie(HttpResponseMessage answer) => answer.Headers.GetValues("Set-Cookie")
        .Single(cookie => cookie.StartsWith("request-", StringComparison.Ordinal)).Split(';')[0];
}
