using System.Text;
using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth;
using Latchkey.Tests.OAuth.Authorization;
using Latchkey.Tests.Pages;

namespace Latchkey.Tests.Account;

/// <summary>What a token with the scope <c>account</c> is worth to whoever stole it, and what the API does with what it must not
/// take.</summary>
[Collection("own account")]
public sealed class MeHostileTests(SignUpHost host)
{
    readonly TestHost app = host.Host;

    public static TheoryData<string, string> OfCredentials() => new()
    {
        { "POST", "/email" }, { "PUT", "/password" }, { "POST", "/passkeys/options" }, { "POST", "/passkeys" }, { "DELETE", "/passkeys/x" },
        { "POST", "/second-factor" }, { "POST", "/second-factor/confirm" }, { "POST", "/second-factor/codes" },
        { "DELETE", "/second-factor" }, { "DELETE", "/providers/x" },
    };

    [Theory]
    [MemberData(nameof(OfCredentials))]
    public async Task How_the_user_signs_in_is_not_changed_with_a_sign_in_of_more_than_ten_minutes(string method, string path)
    {
        await host.Rules(new { passkeys = true, secondFactor = "offered" });
        var owner = await AccountOwner.New(app);
        app.Clock.Advance(TimeSpan.FromSeconds(601));
        var json = path switch
        {
            "/email" => (object)new { email = "thief@people.example" },
            "/password" => new { current = SignUpHost.Password, @new = "the thief's password" },
            "/passkeys" => new { name = "x", credential = new { } },
            "/second-factor/confirm" => new { setup = "x", code = "000000" },
            _ => null!,
        };
        foreach (var one in new[] { owner, await owner.Refreshed() }) // A refresh makes no sign-in fresher.
        {
            var refused = await one.Send(new HttpMethod(method), path, json);
            await refused.Fails(401, "insufficient_user_authentication");
            var challenge = refused.Headers.WwwAuthenticate.ToString();
            Assert.StartsWith("Bearer error=\"insufficient_user_authentication\"", challenge, StringComparison.Ordinal);
            Assert.Contains(", max_age=\"600\"", challenge, StringComparison.Ordinal);
            Assert.DoesNotContain("acr_values", challenge, StringComparison.Ordinal);
        }
        Assert.Empty(host.Mails("thief@people.example"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // It had an initial access token.
    public async Task An_app_that_registered_itself_can_not_make_the_sign_in_its_own_until_an_administrator_gives_it_the_scope(bool open)
    {
        await host.Rules(new { passkeys = true });
        var owner = await AccountOwner.New(app);
        var client = await Registered.WebApp(app, one => one with
        {
            Scope = Scope.Of("openid", "account"), // From the time when it could register that.
            RegisteredAt = app.Clock.Now,
            OpenlyRegistered = open,
        });
        var browser = new Browser(app);
        var asked = await browser.SignIn(await browser.Authorize(("client_id", client.Id), ("redirect_uri", Registered.Redirect),
            ("scope", "openid account"), ("prompt", "login")), owner.Name, SignUpHost.Password);
        var code = Browser.Returned(Browser.Location(await browser.Consent(asked)))["code"];
        var token = (await browser.Redeem(code, ("client_id", client.Id), ("client_secret", Registered.Secret),
            ("redirect_uri", Registered.Redirect)).Read<TokenAnswer>()).AccessToken;
        await app.Send(HttpMethod.Post, "/demo/me/passkeys/options", token).Fails(403, "client_not_vouched_for");
        await app.Send(HttpMethod.Post, "/demo/me/email", token, new { email = "thief@people.example" })
            .Fails(403, "client_not_vouched_for");
        Assert.Empty(host.Mails("thief@people.example"));
        await (await app.Admin()).ChangeClient(client.Id, new { scope = AdminClient.Texts("openid", "account") });
        await app.Send(HttpMethod.Post, "/demo/me/passkeys/options", token).Is(200);
    }

    [Fact]
    public async Task What_the_challenge_asks_for_brings_a_token_that_does_it()
    {
        var owner = await AccountOwner.New(app);
        var browser = new Browser(app);
        await browser.SignIn(await browser.Get("/demo/account"), owner.Name, SignUpHost.Password);
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        var asked = await browser.SignIn(await browser.Authorize(("scope", "openid account"), ("max_age", "600")), owner.Name,
            SignUpHost.Password);
        var tokens = await browser.Redeem(Browser.Returned(Browser.Location(await browser.Consent(asked)))["code"]).Read<TokenAnswer>();
        await app.Send(HttpMethod.Put, "/demo/me/password", tokens.AccessToken,
            new { current = SignUpHost.Password, @new = "a better password" }).Is(204);
    }

    [Fact]
    public async Task A_user_who_is_disabled_or_deleted_has_no_account_here_and_another_tenants_token_neither()
    {
        var (owner, gone) = (await AccountOwner.New(app), await AccountOwner.New(app));
        var admin = await app.Admin();
        await admin.ChangeUser(owner.Id, new { disabled = true });
        await admin.DeleteUser(gone.Id);
        foreach (var one in new[] { owner, gone })
        {
            await one.Send(HttpMethod.Get).Fails(401, "invalid_token");
            await one.Patch(new { name = "Eve" }).Fails(401, "invalid_token");
        }
        var abroad = await AccountOwner.New(app, "acme");
        await app.Send(HttpMethod.Get, "/demo/me", abroad.Tokens.AccessToken).Fails(401, "invalid_token");
    }

    [Fact]
    public async Task Others_sessions_passkeys_and_apps_look_as_if_they_were_not_there()
    {
        await host.Rules(new { passkeys = true });
        var (owner, other) = (await AccountOwner.New(app), await AccountOwner.New(app));
        var session = (await other.Get("/sessions")).GetProperty("sessions")[0].GetProperty("id").GetString();
        foreach (var id in new[] { session, "20300101.aaaaaaaaaaaaaaaaaaaaaa", "x" })
            await owner.Delete($"/sessions/{id}").Fails(404, "session_not_found");
        Assert.True(await other.IsSignedIn());
        var authenticator = new SoftwareAuthenticator(app.Origin);
        var credential = JsonSerializer.Deserialize<JsonElement>(authenticator.Create(await other.Post("/passkeys/options").Json()));
        var passkey = (await other.Post("/passkeys", new { name = "Mine", credential }).Json(201)).GetProperty("id").GetString();
        await owner.Delete($"/passkeys/{passkey}").Fails(404, "passkey_not_found");
        await owner.Patch(new { name = "Yours" }, $"/passkeys/{passkey}").Fails(404, "passkey_not_found");
        // Somebody else's authenticator can't be registered again.
        credential = JsonSerializer.Deserialize<JsonElement>(authenticator.Create(await owner.Post("/passkeys/options").Json()));
        await owner.Post("/passkeys", new { name = "Mine", credential }).Fails(409, "passkey_exists");
    }

    [Theory]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":"a\u202eb"}""", "name")]
    [InlineData("""{"profile":{"nickname":"a\u0000b"}}""", "nickname")]
    [InlineData("""{"profile":{"givenName":"   "}}""", "givenName")]
    [InlineData("""{"profile":{"picture":"http://a.example/x.png"}}""", "picture")]
    [InlineData("""{"profile":{"picture":"https://a@b.example/;script-src *"}}""", "picture")]
    [InlineData("""{"profile":{"picture":"javascript:alert(1)"}}""", "picture")]
    [InlineData("""{"profile":{"locale":"de_DE"}}""", "locale")]
    [InlineData("""{"profile":{"locale":"de-\u0000"}}""", "locale")]
    [InlineData("""{"profile":{"locale":"x"}}""", "locale")]
    [InlineData("""{"profile":{"zoneInfo":"../../etc/passwd"}}""", "zoneInfo")]
    [InlineData("""{"profile":{"zoneInfo":"posix/Europe/Berlin"}}""", "zoneInfo")]
    [InlineData("""{"profile":{"zoneInfo":"W. Europe Standard Time"}}""", "zoneInfo")]
    [InlineData("""{"profile":{"zoneInfo":"Mars/Olympus"}}""", "zoneInfo")]
    public async Task A_value_that_is_not_good_is_named_and_nothing_is_written(string json, string field)
    {
        var owner = await shared.Value;
        Assert.Equal(field, (await Raw(owner, json).Fails(400, "invalid_field")).Field);
        Assert.Equal("Ada", (await owner.Get()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("""{"profile":null}""")]
    [InlineData("""{"name":1}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("""{"email":"eve@people.example"}""")]
    [InlineData("""{"roles":["admin"]}""")]
    [InlineData("""{"profile":{"updatedAt":"2000-01-01T00:00:00Z"}}""")]
    [InlineData("[]")]
    public async Task A_body_that_is_not_as_documented_is_refused(string json) =>
        await Raw(await shared.Value, json).Fails(400, "invalid_json");

    [Theory]
    [InlineData("x-private")]
    [InlineData("zh-Hant-HK")]
    [InlineData("sl-rozaj-biske-1994")]
    [InlineData("de-DE-u-co-phonebk")]
    [InlineData("i-default-x")]
    public async Task A_language_tag_is_kept_as_it_is_sent_if_it_is_one(string tag)
    {
        var owner = await shared.Value;
        var isTag = tag != "i-default-x"; // Not even grandfathered.
        await owner.Patch(new { profile = new { locale = tag } }).Is(isTag ? 200 : 400);
        if (isTag) Assert.Equal(tag, (await owner.Get()).GetProperty("profile").GetProperty("locale").GetString());
    }

    [Fact]
    public async Task Values_have_limits_and_the_longest_fit_in_a_token()
    {
        var owner = await AccountOwner.New(app);
        var (long100, picture) = (string.Concat(Enumerable.Repeat("界", 100)), $"https://a.example/{new string('p', 494)}");
        await owner.Patch(new { name = long100, profile = new { givenName = long100, familyName = long100, nickname = long100, picture } })
            .Is(200);
        Assert.Equal(long100, (await owner.Refreshed()).Tokens.ReadIdToken().GetPayloadValue<string>("nickname"));
        Assert.Equal("nickname", (await owner.Patch(new { profile = new { nickname = long100 + "界" } }).Fails(400, "invalid_field")).Field);
        Assert.Equal("picture", (await owner.Patch(new { profile = new { picture = picture + "p" } }).Fails(400, "invalid_field")).Field);
        await Raw(owner, $$"""{"name":"{{new string('x', 70_000)}}"}""").Fails(413, "body_too_large");
    }

    [Fact]
    public async Task Wrong_passwords_are_counted_and_say_when_to_try_again()
    {
        var owner = await AccountOwner.New(app);
        HttpResponseMessage answer;
        var tries = 0;
        do answer = await owner.Send(HttpMethod.Put, "/password", new { current = "wrong", @new = "another password" });
        while (++tries < 30 && (int)answer.StatusCode == 400);
        await answer.Fails(429, "too_many_requests");
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        await owner.Send(HttpMethod.Put, "/password", new { current = SignUpHost.Password, @new = "another password" })
            .Fails(429, "too_many_requests");
    }

    [Fact]
    public async Task A_session_that_somebody_has_ended_is_not_kept_when_all_others_end()
    {
        var owner = await AccountOwner.New(app);
        var id = (await owner.Get("/sessions")).GetProperty("sessions")[0].GetProperty("id").GetString()!;
        // An administrator's sign-out is done elsewhere between the look at the token and the end of the others.
        await app.Service<UserStore>().SignOut(await app.Tenant("demo"), owner.Id, default);
        await app.Service<SessionRevocation>().OfUserBut(await app.Tenant("demo"), owner.Id, id, user => user, default);
        Assert.False(await owner.IsSignedIn());
        await app.Refresh("demo", owner.Tokens.RefreshToken!).Refused("invalid_grant");
    }

    [Fact]
    public async Task If_storage_dies_after_the_others_have_ended_so_has_this_session_and_the_user_signs_in_again()
    {
        for (var passing = 0; ; passing++)
        {
            Assert.True(passing < 20);
            var (owner, id) = (await AccountOwner.New(app), "");
            var other = await owner.SignedIn();
            id = (await owner.Get("/sessions")).GetProperty("sessions").EnumerateArray()
                .Single(one => one.GetProperty("current").GetBoolean()).GetProperty("id").GetString()!;
            host.Storage.CutAfter(passing, answerLost: false);
            var done = false;
            try
            {
                await app.Service<SessionRevocation>().OfUserBut(await app.Tenant("demo"), owner.Id, id, user => user, default);
                done = true;
            }
            catch (Exception fault) when (fault is Azure.RequestFailedException or AggregateException or HttpRequestException)
            {
                // As a process that died there.
            }
            if (!host.Storage.Mend() && done)
            {
                Assert.Equal((true, false), (await owner.IsSignedIn(), await other.IsSignedIn()));
                return;
            }
            // Whatever was done, nobody is signed in who should not be, and signing in works.
            if (!await owner.IsSignedIn()) Assert.False(await other.IsSignedIn());
            Assert.True(await (await owner.SignedIn()).IsSignedIn());
        }
    }

    readonly Lazy<Task<AccountOwner>> shared = new(() => AccountOwner.New(host.Host));

    Task<HttpResponseMessage> Raw(AccountOwner owner, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch,
            "/demo/me")
        { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", owner.Tokens.AccessToken);
        return app.Http.SendAsync(request);
    }
}
