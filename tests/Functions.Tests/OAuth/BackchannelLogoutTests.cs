using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.OAuth;

/// <summary>OpenID Connect Back-Channel Logout 1.0: apps hear of it when sessions end, whatever happens to us or to them.</summary>
public sealed class BackchannelLogoutTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;
    readonly App app = new();

    public Task InitializeAsync() => app.Start();

    public Task DisposeAsync() => app.DisposeAsync().AsTask();

    [Fact]
    public async Task A_logout_from_one_app_tells_the_others_of_the_browser_with_a_token_that_a_stock_library_accepts()
    {
        var (told, alone) = (await Registered(), await Registered(path: "/other"));
        var browser = new Browser(host);
        var mobile = await browser.Tokens();
        var web = await SignIn(browser, told);
        var elsewhere = new Browser(host);
        await elsewhere.SignIn(await elsewhere.Authorize());
        var foreign = await SignIn(elsewhere, alone);

        Assert.Equal(HttpStatusCode.OK, (await browser.Get($"/demo/oauth/logout?id_token_hint={mobile.IdToken}")).StatusCode);

        var (path, token) = await app.Next();
        Assert.Equal("/logout", path);
        var jwt = await Validated(token, told);
        Assert.Equal("logout+jwt", jwt.Typ);
        Assert.Equal(Sid(web), jwt.GetPayloadValue<string>("sid"));
        Assert.Equal(Browser.IdToken(web).Subject, jwt.Subject);
        Assert.Equal(TimeSpan.FromMinutes(2), jwt.ValidTo - jwt.IssuedAt);
        Assert.Equal("{}", jwt.GetPayloadValue<JsonElement>("events").GetProperty(BackchannelLogout.Event).ToString());
        Assert.False(jwt.TryGetPayloadValue<string>("nonce", out _)); // §2.4: a logout token is no ID token.
        await Dead(web.AccessToken);
        Assert.Equal(HttpStatusCode.OK, (await UserInfo(foreign.AccessToken)).StatusCode);
        Assert.Empty(app.Received);
    }

    [Fact]
    public async Task A_session_with_offline_access_is_told_of_and_goes_on()
    {
        var client = await Registered();
        var browser = new Browser(host);
        var mobile = await browser.Tokens();
        var web = await SignIn(browser, client, "openid offline_access");
        await browser.Get($"/demo/oauth/logout?id_token_hint={mobile.IdToken}");
        Assert.Equal(Sid(web), (await Validated((await app.Next()).Token, client)).GetPayloadValue<string>("sid"));
        Assert.Equal(HttpStatusCode.OK, (await UserInfo(web.AccessToken)).StatusCode);
    }

    [Fact]
    public async Task Signing_out_everywhere_tells_an_app_once_or_of_each_session_as_it_asked()
    {
        var (once, each) = (await Registered(), await Registered(client => client with { BackchannelLogoutSession = true }, "/each"));
        var user = await NewUser();
        var sids = new List<string>();
        foreach (var _ in new[] { 1, 2 })
        {
            var browser = new Browser(host);
            await browser.SignIn(await browser.Authorize(), user.UserName);
            await SignIn(browser, once);
            sids.Add(Sid(await SignIn(browser, each)));
        }
        await (await host.Admin()).Do(HttpMethod.Post, "sessions/revoke", new { user = user.Id });
        var tokens = new[] { await app.Next(), await app.Next(), await app.Next() }.ToLookup(one => one.Path, one => one.Token);
        var ofAll = await Validated(tokens["/logout"].Single(), once);
        Assert.Equal(user.Id, ofAll.Subject);
        Assert.False(ofAll.TryGetPayloadValue<string>("sid", out _));
        var ofEach = await Task.WhenAll(
            tokens["/each"].Select(async token => (await Validated(token, each)).GetPayloadValue<string>("sid")));
        Assert.Equal(sids.Order(), ofEach.Order());
        Assert.Empty(app.Received);
    }

    [Fact]
    public async Task An_app_is_told_of_a_session_that_ends_because_a_code_or_a_refresh_token_was_used_twice()
    {
        var client = await Registered();
        var browser = new Browser(host);
        await browser.Tokens();
        var back = await browser.Authorize(("client_id", client.Id), ("redirect_uri", Authorization.Registered.Redirect),
            ("scope", "openid"));
        var code = Browser.Returned(Browser.Location(back))["code"];
        var first = await Redeemed(browser, client, code).Read<TokenAnswer>();
        await Redeemed(browser, client, code).Refused("invalid_grant");
        Assert.Equal(Sid(first), (await Validated((await app.Next()).Token, client)).GetPayloadValue<string>("sid"));

        var second = await SignIn(browser, client, "openid offline_access");
        var newest = second.RefreshToken!;
        foreach (var _ in new[] { 1, 2 }) newest = (await Refresh(client, newest).Read<TokenAnswer>()).RefreshToken!;
        await Refresh(client, second.RefreshToken!).Refused("invalid_grant");
        Assert.Equal(Sid(second), (await Validated((await app.Next()).Token, client)).GetPayloadValue<string>("sid"));
        await Refresh(client, newest).Refused("invalid_grant");
        Assert.Empty(app.Received);
    }

    [Fact]
    public async Task An_app_that_revokes_its_refresh_token_ends_the_session_as_everybody_does()
    {
        var client = await Registered();
        var browser = new Browser(host);
        await browser.Tokens();
        var tokens = await SignIn(browser, client, "openid offline_access");
        var (user, sid) = (Browser.IdToken(tokens).Subject, Sid(tokens));
        Assert.Contains(await Listed(user), entry => entry.SessionId == sid);
        await Revoke();
        Assert.Equal(sid, (await Validated((await app.Next()).Token, client)).GetPayloadValue<string>("sid"));
        Assert.DoesNotContain(await Listed(user), entry => entry.SessionId == sid);
        // One that died before it was out of the list: the app sends it again, and hears nothing twice.
        var session = (await host.Service<SessionStore>().Find("demo", sid, default))!;
        await host.Service<UserSessions>().Add(session, new Device("Phone", "192.0.2.1"), default);
        await Revoke();
        Assert.DoesNotContain(await Listed(user), entry => entry.SessionId == sid);
        Assert.Empty(app.Received);

        async Task Revoke() => Assert.Equal(HttpStatusCode.OK, (await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(
            ("token", tokens.RefreshToken!), ("client_id", client.Id), ("client_secret", Authorization.Registered.Secret)))).StatusCode);

        async Task<IReadOnlyList<UserSession>> Listed(string id) =>
            await host.Service<UserSessions>().List((await host.Service<TenantStore>().Find("demo", default))!, id, default);
    }

    [Fact]
    public async Task An_app_that_fails_is_told_again_until_it_answers_and_by_one_instance()
    {
        var client = await Registered();
        app.Status = 503;
        await SignOutEverywhere(client);
        var first = new JsonWebToken((await app.Next()).Token);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(host.RunTimer("send-logouts"), host.RunTimer("send-logouts"));
        var second = new JsonWebToken((await app.Next()).Token);
        Assert.NotEqual(first.Id, second.Id); // A token that was seen may be refused.
        await host.RunTimer("send-logouts");
        Assert.Empty(app.Received); // Two instances at once have sent one, and the next comes after a pause.
        app.Status = 200;
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await host.RunTimer("send-logouts");
        await app.Next();
        host.Clock.Advance(TimeSpan.FromHours(5));
        await host.RunTimer("send-logouts");
        Assert.Empty(app.Received);
    }

    [Fact]
    public async Task An_app_that_never_answers_is_given_up_after_a_day_and_the_audit_says_so()
    {
        var client = await Registered();
        app.Status = 400;
        var user = await SignOutEverywhere(client);
        await app.Next();
        await Eventually.True(() => host.Log.Lines.Any(line => line.Contains(client.Id, StringComparison.Ordinal)));
        host.Clock.Advance(TimeSpan.FromHours(25));
        await host.RunTimer("send-logouts");
        await app.Next();
        host.Clock.Advance(TimeSpan.FromHours(5));
        await host.RunTimer("send-logouts");
        Assert.Empty(app.Received);
        var admin = await host.Admin();
        await Eventually.True(async () => (await admin.Audit("?type=backchannel-logout-failed"))
            .Any(entry => entry.Target == user && entry.Detail == client.Id));
    }

    [Fact]
    public async Task A_process_that_dies_before_the_sessions_end_leaves_a_notice_that_the_timer_sends()
    {
        var client = await Registered();
        var user = await NewUser();
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize(), user.UserName);
        await SignIn(browser, client);
        var tenant = (await host.Service<TenantStore>().FindNow("demo", default))!;
        await host.Service<LogoutNotices>().Write(tenant, user.Id, _ => true, all: true, default);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.RunTimer("send-logouts");
        Assert.Equal(user.Id, (await Validated((await app.Next()).Token, client)).Subject);
    }

    [Fact]
    public async Task A_sign_out_that_is_refused_is_not_told()
    {
        var client = await Registered();
        var user = await NewUser();
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize(), user.UserName);
        await SignIn(browser, client);
        var (tenant, users) = ((await host.Service<TenantStore>().FindNow("demo", default))!, host.Service<UserStore>());
        var stored = (await users.Find(tenant, user.Id, default))!;
        Assert.True(await users.TryReplace(tenant, stored with { Deleting = true }, default));
        await (await host.Admin()).Send(HttpMethod.Patch, $"users/{user.Id}", new { disabled = true }).Fails(409, "user_deleting");
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await host.RunTimer("send-logouts");
        Assert.Empty(app.Received);
    }

    [Fact]
    public async Task A_session_that_begins_after_the_notices_and_before_the_end_is_told_as_well()
    {
        var client = await Registered(one => one with { BackchannelLogoutSession = true });
        var user = await NewUser();
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize(), user.UserName);
        var sids = new List<string> { Sid(await SignIn(browser, client)) };
        var tenant = (await host.Service<TenantStore>().FindNow("demo", default))!;
        await host.Service<SessionRevocation>().OfUser(tenant, user.Id, found =>
        {
            if (sids.Count == 1) sids.Add(Sid(SignIn(browser, client).GetAwaiter().GetResult()));
            return found;
        }, default);
        var told = new List<string>();
        foreach (var _ in sids) told.Add((await Validated((await app.Next()).Token, client)).GetPayloadValue<string>("sid"));
        Assert.Equal(sids.Order(), told.Order());
    }

    [Fact]
    public async Task An_app_that_hangs_holds_nobody_up()
    {
        var client = await Registered();
        app.Hangs = true;
        var start = System.Diagnostics.Stopwatch.StartNew();
        await SignOutEverywhere(client);
        Assert.InRange(start.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(7)); // The app would have eight.
    }

    [Fact]
    public async Task An_app_that_hangs_or_fails_with_many_sessions_does_not_hold_up_the_others()
    {
        await using var other = new App { Hangs = true };
        await other.Start();
        var hanging = await Registered(client =>
            client with { BackchannelLogoutUri = other.Origin + "/hangs", BackchannelLogoutSession = true });
        var healthy = await Registered();
        await SignOutEverywhere(hanging, sessions: 12);
        await SignOutEverywhere(healthy);
        var start = System.Diagnostics.Stopwatch.StartNew();
        await app.Next();
        Assert.InRange(start.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6)); // A request that hangs takes eight.
        Assert.Equal(2, other.Received.Count);
    }

    [Fact]
    public async Task An_app_that_fails_is_left_alone_for_a_minute_and_then_hears_of_every_session()
    {
        var client = await Registered(one => one with { BackchannelLogoutSession = true });
        app.Status = 503;
        await SignOutEverywhere(client, sessions: 5);
        await app.Next();
        await SignOutEverywhere(await Registered(path: "/other"));
        while ((await app.Next()).Path != "/other") { }
        Assert.InRange(app.Tried("/logout"), 1, 2);
        app.Status = 200;
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.RunTimer("send-logouts");
        var told = new HashSet<string>();
        while (told.Count < 5)
        {
            var (path, token) = await app.Next();
            if (path == "/logout") told.Add(new JsonWebToken(token).GetPayloadValue<string>("sid"));
        }
    }

    [Theory]
    [InlineData("http://app.example/logout")]
    [InlineData("https://app.example/logout#x")]
    [InlineData("https://user@app.example/logout")]
    [InlineData("ftp://app.example/logout")]
    [InlineData("logout")]
    public async Task An_address_that_is_not_https_or_has_a_fragment_is_refused(string uri)
    {
        await Open();
        await Register(uri).Refused("invalid_client_metadata", 400);
        await (await host.Admin()).Send(HttpMethod.Patch, "clients/mobile", new { backchannelLogoutUri = uri }).Fails(400, "invalid_field");
    }

    [Fact]
    public async Task A_tenant_without_such_an_app_pays_nothing()
    {
        var browser = new Browser(host, "acme");
        var tokens = await browser.Tokens();
        var tenants = host.Service<TenantStore>();
        await tenants.TryReplace((await tenants.FindNow("acme", default))! with { HasBackchannelLogout = false }, default);
        await tenants.Find("acme", default); // Into the cache.
        // The session by the hint and its end, its list entry, and the browser's sign-in: read, and deleted by both names.
        Assert.InRange(await host.Trips(async () => await browser.Get($"/acme/oauth/logout?id_token_hint={tokens.IdToken}")), 1, 7);
    }

    [Fact]
    public async Task An_app_registers_its_address_itself_and_an_administrator_takes_it_away()
    {
        await Open();
        var made = await Register("https://app.example/logout").Json(201);
        Assert.Equal("https://app.example/logout", made.GetProperty("backchannel_logout_uri").GetString());
        Assert.False(made.GetProperty("backchannel_logout_session_required").GetBoolean());
        Assert.True((await host.Service<TenantStore>().FindNow("acme", default))!.HasBackchannelLogout);
        var changed = await (await host.Admin("acme")).Patch(
            $"clients/{made.GetProperty("client_id").GetString()}", new { backchannelLogoutUri = "" });
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("backchannelLogoutUri").ValueKind);
    }

    async Task Open()
    {
        var tenants = host.Service<TenantStore>();
        var tenant = (await tenants.FindNow("acme", default))!;
        if (!tenant.OpenRegistration) await tenants.TryReplace(tenant with { OpenRegistration = true }, default);
    }

    Task<HttpResponseMessage> Register(string uri) => host.Http.PostAsync("/acme/oauth/register", new StringContent(
        JsonSerializer.Serialize(new { redirect_uris = new[] { "https://app.example/cb" }, backchannel_logout_uri = uri }),
        System.Text.Encoding.UTF8, "application/json"));

    async Task<string> SignOutEverywhere(Client client, int sessions = 1)
    {
        var user = await NewUser();
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize(), user.UserName);
        for (var count = 0; count < sessions; count++) await SignIn(browser, client);
        await (await host.Admin()).Do(HttpMethod.Post, "sessions/revoke", new { user = user.Id });
        return user.Id;
    }

    async Task<UserAnswer> NewUser() => await (await host.Admin()).AddUser(new NewUser($"u{Guid.CreateVersion7():n}"));

    Task<Client> Registered(Func<Client, Client>? change = null, string path = "/logout") => Authorization.Registered.WebApp(host, client =>
    {
        client = client with { BackchannelLogoutUri = app.Origin + path, FirstParty = true };
        return change?.Invoke(client) ?? client;
    });

    // The browser is signed in already.
    async Task<TokenAnswer> SignIn(Browser browser, Client client, string scope = "openid")
    {
        var back = await browser.Authorize(("client_id", client.Id), ("redirect_uri", Authorization.Registered.Redirect), ("scope", scope));
        return await Redeemed(browser, client, Browser.Returned(Browser.Location(back))["code"]).Read<TokenAnswer>();
    }

    static Task<HttpResponseMessage> Redeemed(Browser browser, Client client, string code) => browser.Redeem(code,
        ("client_id", client.Id), ("client_secret", Authorization.Registered.Secret), ("redirect_uri", Authorization.Registered.Redirect));

    Task<HttpResponseMessage> Refresh(Client client, string token) => host.Token("demo", ("grant_type", "refresh_token"),
        ("client_id", client.Id), ("client_secret", Authorization.Registered.Secret), ("refresh_token", token));

    async Task<JsonWebToken> Validated(string token, Client client)
    {
        var keys = new JsonWebKeySet(await host.Http.GetStringAsync("/demo/oauth/jwks"));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = $"{host.Origin}/demo",
            ValidAudience = client.Id,
            ValidTypes = ["logout+jwt"],
            IssuerSigningKeys = keys.GetSigningKeys(),
            LifetimeValidator = (_, expires, _, _) => expires > host.Clock.GetUtcNow().UtcDateTime,
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        return (JsonWebToken)result.SecurityToken;
    }

    static string Sid(TokenAnswer tokens) => Browser.IdToken(tokens).GetPayloadValue<string>("sid");

    async Task Dead(string token) => Assert.Equal(HttpStatusCode.Unauthorized, (await UserInfo(token)).StatusCode);

    Task<HttpResponseMessage> UserInfo(string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/demo/oauth/userinfo");
        request.Headers.Authorization = new("Bearer", token);
        return host.Http.SendAsync(request);
    }

    /// <summary>An app's end of the back channel.</summary>
    sealed class App : IAsyncDisposable
    {
        readonly WebApplication web = WebApplication.CreateSlimBuilder().Build();
        readonly SemaphoreSlim arrived = new(0);
        readonly CancellationTokenSource stop = new();
        readonly ConcurrentDictionary<string, int> tried = new();

        public ConcurrentQueue<(string Path, string Token)> Received { get; } = [];

        public int Status { get; set; } = 200;

        public bool Hangs { get; set; }

        /// <summary>How many requests a path has had.</summary>
        public int Tried(string path) => tried.GetValueOrDefault(path);

        public string Origin { get; } = $"http://127.0.0.1:{Azurite.FreePort()}";

        public Task Start()
        {
            web.Urls.Add(Origin);
            web.MapPost("/{path}", async (HttpContext context) =>
            {
                tried.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
                Received.Enqueue((context.Request.Path, (await context.Request.ReadFormAsync())["logout_token"].Single()!));
                arrived.Release();
                if (Hangs) await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                context.Response.StatusCode = Status;
            });
            return web.StartAsync();
        }

        public async Task<(string Path, string Token)> Next()
        {
            Assert.True(await arrived.WaitAsync(TimeSpan.FromSeconds(20)), "Nothing has arrived.");
            Assert.True(Received.TryDequeue(out var one));
            return one;
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await web.DisposeAsync();
            stop.Dispose();
            arrived.Dispose();
        }
    }
}
