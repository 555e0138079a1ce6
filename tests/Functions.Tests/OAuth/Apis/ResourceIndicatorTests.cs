using System.Net;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth.Apis;

/// <summary>A host whose tenant demo has two APIs that the demo's apps may ask for.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    public const string Tasks = "https://tasks.example.com/v1";
    public const string Notes = "https://notes.example.com";

    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await TestHost.Start();
        var admin = await Host.Admin();
        await Add(admin, Tasks, "Tasks", 300, ["*"], ("read", "See your tasks"), ("tasks.write", "Change your tasks"));
        await Add(admin, Notes, "Notes", 0, ["mobile", "service"], ("read", "See your notes"));
        foreach (var (client, own) in new[] { ("mobile", "openid profile email offline_access files.read files.write files.share"),
            ("service", "files.read files.write"),
            ("first-party", "openid profile offline_access files.read files.write files.share admin"), ("tv", "openid files.read") })
            await admin.ChangeClient(client, new { scope = $"{own} read tasks.write".Split(' ') });
    }

    internal static Task<ApiAnswer> Add(
        AdminClient admin, string identifier, string name, int seconds, string[] clients,
        params (string Name, string Description)[] scopes) =>
        admin.Send(HttpMethod.Post, "apis", new
        {
            identifier,
            name,
            accessTokenSeconds = seconds,
            clients,
            scopes = scopes.Select(scope => new { name = scope.Name, description = scope.Description }),
        }).Read<ApiAnswer>(201);

    public async Task DisposeAsync() => await Host.DisposeAsync();
}

/// <summary>Resource indicators (RFC 8707): an access token is for one API, with that API's scopes.</summary>
public sealed class ResourceIndicatorTests(ApiHost shared) : IClassFixture<ApiHost>
{
    readonly TestHost host = shared.Host;

    [Fact]
    public async Task A_service_gets_a_token_for_an_API_that_lives_as_long_as_the_API_says_and_does_nothing_at_another()
    {
        var tokens = await Service(("resource", ApiHost.Tasks)).Read<TokenAnswer>();
        var jwt = new JsonWebToken(tokens.AccessToken);
        Assert.Equal((ApiHost.Tasks, "read tasks.write", 300), (jwt.Audiences.Single(), jwt.GetClaim("scope").Value, tokens.ExpiresIn));
        Assert.Equal((tokens.Scope, "service"), ("read tasks.write", jwt.Subject));
        Assert.Equal(300, (jwt.ValidTo - jwt.IssuedAt).TotalSeconds);
        var problem = await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken).Fails(401, "invalid_token");
        Assert.Contains("another audience", problem.Detail, StringComparison.Ordinal);
        await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken).Fails(401, "invalid_token");
    }

    [Fact]
    public async Task A_token_for_an_API_costs_as_many_requests_to_storage_as_any_other()
    {
        await Service(("resource", ApiHost.Tasks)).Is(200); // Tenant and client are in the cache now.
        Assert.Equal(1, await host.Trips(() => Service(("resource", ApiHost.Tasks)).Is(200)));
    }

    [Fact]
    public async Task A_scope_of_one_API_is_never_in_a_token_for_another()
    {
        await Service(("resource", ApiHost.Notes), ("scope", "tasks.write")).Refused("invalid_scope");
        await Service(("resource", ApiHost.Tasks), ("scope", "files.read")).Refused("invalid_scope");
        await Service(("scope", "tasks.write")).Refused("invalid_scope");
        Assert.Equal("files.read files.write", (await Service().Read<TokenAnswer>()).Scope);
        Assert.Equal("read", (await Service(("resource", ApiHost.Notes)).Read<TokenAnswer>()).Scope);
    }

    [Theory]
    [InlineData("https://unknown.example.com")]
    [InlineData("https://tasks.example.com/v1#part")]
    [InlineData("https://tasks.example.com/V1")]
    [InlineData("tasks")]
    [InlineData("https://t\u00e4sks.example.com")]
    [InlineData("https://tasks.example.com/v1\n")]
    public async Task What_is_no_API_of_the_tenant_is_an_invalid_target(string resource) =>
        await Service(("resource", resource)).Refused("invalid_target");

    [Fact]
    public async Task Too_many_too_long_or_anothers_resources_are_an_invalid_target()
    {
        await Service(("resource", $"https://tasks.example.com/{new string('v', 20_000)}")).Refused("invalid_target");
        await Service([.. Enumerable.Range(0, 50).Select(n => ("resource", $"https://tasks.example.com/{n}"))]).Refused("invalid_target");
        await Service(("resource", ApiHost.Tasks), ("resource", ApiHost.Notes)).Refused("invalid_target");
        var acme = await host.Admin("acme");
        await ApiHost.Add(acme, "https://acme.example.com", "Acme", 0, ["*"], ("read", "Read"));
        await Service(("resource", "https://acme.example.com")).Refused("invalid_target"); // Another tenant's.
        var returned = Browser.Returned(Browser.Location(await new Browser(host).Get(
            $"/demo/oauth/authorize?{Browser.Request()}{string.Concat(Enumerable.Range(0, 50).Select(n => $"&resource=urn:a:{n}"))}")));
        Assert.Equal("invalid_target", returned["error"]);
    }

    [Fact]
    public async Task A_client_that_the_API_does_not_name_may_not_ask_for_it()
    {
        var form = new[] { ("grant_type", "password"), ("client_id", "first-party"), ("username", "bob"), ("password", "bob-password") };
        await host.Token("demo", [.. form, ("resource", ApiHost.Notes)]).Refused("invalid_target");
        var tokens = await host.Token("demo", [.. form, ("resource", ApiHost.Tasks), ("scope", "openid read")]).Read<TokenAnswer>();
        Assert.Equal((ApiHost.Tasks, "read"), (new JsonWebToken(tokens.AccessToken).Audiences.Single(), tokens.Scope));
        Assert.NotNull(tokens.IdToken);
    }

    [Fact]
    public async Task The_consent_page_names_the_API_and_what_its_scopes_allow_and_the_consent_is_for_that_API_alone()
    {
        var browser = new Browser(host);
        var consent = await browser.SignIn(await browser.Authorize(("scope", "openid read"), ("resource", ApiHost.Tasks)), "bob");
        var html = WebUtility.HtmlDecode(await (await browser.Follow(consent)).Content.ReadAsStringAsync());
        Assert.Contains("In Tasks:", html, StringComparison.Ordinal);
        Assert.Contains("See your tasks", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Change your tasks", html, StringComparison.Ordinal);
        var code = Browser.Returned(Browser.Location(await browser.Consent(consent)))["code"];
        Assert.Equal("read", (await browser.Redeem(code).Read<TokenAnswer>()).Scope);
        var other = await browser.Authorize(
            ("scope", "openid read"), ("resource", ApiHost.Notes), ("redirect_uri", "http://localhost:8100/callback"));
        Assert.StartsWith("/demo/consent", Browser.Location(other), StringComparison.Ordinal);
        var account = WebUtility.HtmlDecode(await (await browser.Get("/demo/account")).Content.ReadAsStringAsync());
        Assert.Contains("In Tasks: See your tasks", account, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_authorized_for_several_APIs_gives_a_token_for_each_and_for_no_other()
    {
        var browser = new Browser(host);
        var both = $"{ApiHost.Tasks}&resource={Uri.EscapeDataString(ApiHost.Notes)}";
        var consent = await browser.SignIn(await browser.Get(
            $"/demo/oauth/authorize?{Browser.Request(("scope", "openid offline_access read"), ("prompt", "consent"))}&resource={both}"));
        var code = Browser.Returned(Browser.Location(await browser.Consent(consent)))["code"];
        await browser.Redeem(code, ("resource", "https://unknown.example.com")).Refused("invalid_target");
        await browser.Redeem(code, ("resource", $"{host.Origin}/demo")).Refused("invalid_target"); // It did not ask for Latchkey itself.
        var tokens = await browser.Redeem(code, ("resource", ApiHost.Notes)).Read<TokenAnswer>();
        Assert.Equal((ApiHost.Notes, "read", 900), (Audience(tokens), tokens.Scope, tokens.ExpiresIn));
        Assert.NotNull(tokens.IdToken);
        tokens = await Refresh(tokens, ("resource", ApiHost.Tasks), ("scope", "read")).Read<TokenAnswer>();
        Assert.Equal((ApiHost.Tasks, "read", 300), (Audience(tokens), tokens.Scope, tokens.ExpiresIn));
        tokens = await Refresh(tokens).Read<TokenAnswer>(); // The first one that was authorized.
        Assert.Equal(ApiHost.Tasks, Audience(tokens));
        await Refresh(tokens, ("resource", ApiHost.Tasks), ("scope", "tasks.write")).Refused("invalid_scope"); // It was not granted.
        await Refresh(tokens, ("resource", $"{host.Origin}/demo/files")).Refused("invalid_target");
        await Refresh(tokens, ("resource", ApiHost.Notes)).Is(200); // No refusal has used the refresh token up.
    }

    [Fact]
    public async Task Latchkey_itself_and_its_file_API_are_named_like_any_other()
    {
        var browser = new Browser(host);
        var files = await browser.Tokens(("scope", "openid files.read"), ("resource", $"{host.Origin}/demo/files"));
        Assert.Equal(($"{host.Origin}/demo/files", "files.read"), (Audience(files), files.Scope));
        await host.Send(HttpMethod.Get, "/demo/files", files.AccessToken).Is(200);
        await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", files.AccessToken).Fails(403, "insufficient_scope");
        var own = await new Browser(host).Tokens(("scope", "openid files.read"), ("resource", $"{host.Origin}/demo"));
        Assert.Equal(($"{host.Origin}/demo", "openid files.read"), (Audience(own), own.Scope));
        await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", own.AccessToken).Is(200);
        var narrowed = await Refresh(own, ("resource", $"{host.Origin}/demo/files")).Read<TokenAnswer>();
        Assert.Equal("files.read", narrowed.Scope);
    }

    [Fact]
    public async Task A_pushed_request_and_a_device_keep_their_resources()
    {
        var pushed = await host.Http.PostAsync("/demo/oauth/par", TestHost.Form([
            .. Browser.Request(("scope", "openid read")).Split('&').Select(pair => pair.Split('=').Select(Uri.UnescapeDataString).ToArray())
                .Select(pair => (pair[0], pair[1])), ("resource", ApiHost.Notes), ("resource", ApiHost.Tasks)])).Read<PushedAnswer>(201);
        var browser = new Browser(host);
        var answer = await browser.SignIn(await browser.Get(
            $"/demo/oauth/authorize?client_id=mobile&request_uri={Uri.EscapeDataString(pushed.RequestUri)}"));
        if (Browser.Location(answer).StartsWith('/')) answer = await browser.Consent(answer);
        var code = Browser.Returned(Browser.Location(answer))["code"];
        Assert.Equal(ApiHost.Notes, Audience(await browser.Redeem(code).Read<TokenAnswer>()));

        await Device(("resource", ApiHost.Notes)).Refused("invalid_target");
        var device = await Device(("resource", ApiHost.Tasks), ("scope", "openid read")).Read<DeviceCodeAnswer>();
        var form = await browser.Get("/demo/device");
        var entered = await browser.Post("/demo/device", [.. await Browser.Fields(form), ("user_code", device.UserCode)]);
        var asked = await browser.Follow(entered);
        Assert.Contains("In Tasks:", await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await browser.Post("/demo/device", [.. await Browser.Fields(asked), ("action", "allow")]).Is(200);
        var tokens = await host.Token("demo", ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "tv"),
            ("device_code", device.DeviceCode)).Read<TokenAnswer>();
        Assert.Equal((ApiHost.Tasks, "read"), (Audience(tokens), tokens.Scope));

        Task<HttpResponseMessage> Device(params (string, string)[] more) =>
            host.Http.PostAsync("/demo/oauth/device_authorization", TestHost.Form([("client_id", "tv"), .. more]));
    }

    [Fact]
    public async Task Introspection_tells_the_audience_and_revocation_takes_a_token_of_any_API()
    {
        var token = (await Service(("resource", ApiHost.Tasks)).Read<TokenAnswer>()).AccessToken;
        var active = await Introspect(token);
        Assert.Equal((ApiHost.Tasks, "read tasks.write"), (active.GetProperty("aud").GetString(), active.GetProperty("scope").GetString()));
        await host.Http.PostAsync("/demo/oauth/revoke", Credentials(("token", token))).Is(200);
        Assert.False((await Introspect(token)).GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task With_its_API_deleted_a_session_gets_no_token_and_those_that_are_left_are_inactive_even_if_it_is_registered_again()
    {
        var admin = await host.Admin();
        var api = await ApiHost.Add(admin, "urn:example:brief", "Brief", 0, ["*"]);
        var browser = new Browser(host);
        var answer = await browser.SignIn(await browser.Authorize(("scope", "openid offline_access"), ("resource", "urn:example:brief")));
        if (Browser.Location(answer).StartsWith('/')) answer = await browser.Consent(answer);
        var json = await browser.Redeem(Browser.Returned(Browser.Location(answer))["code"]).Json();
        Assert.False(json.TryGetProperty("scope", out _)); // An API without scopes has none in its tokens.
        var (access, refresh) = (json.GetProperty("access_token").GetString()!, json.GetProperty("refresh_token").GetString()!);
        Assert.True((await Introspect(access)).GetProperty("active").GetBoolean());
        var waiting = Browser.Returned(Browser.Location(await browser.Consent(await browser.Authorize(
            ("scope", "openid offline_access"), ("resource", "urn:example:brief")))))["code"];
        await admin.Do(HttpMethod.Delete, $"apis/{api.Id}");
        await browser.Redeem(waiting).Refused("invalid_target");
        await Refresh(refresh).Refused("invalid_target");
        Assert.False((await Introspect(access)).GetProperty("active").GetBoolean());
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        await ApiHost.Add(admin, "urn:example:brief", "Brief again", 0, ["*"]);
        await Refresh(refresh).Refused("invalid_target");
        Assert.False((await Introspect(access)).GetProperty("active").GetBoolean());
        var again = await browser.Authorize(("scope", "openid offline_access"), ("resource", "urn:example:brief"));
        Assert.Contains("Brief again", await (await browser.Follow(again)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_registers_itself_gets_the_scopes_of_the_APIs_that_are_open_to_all()
    {
        var admin = await host.Admin();
        var initial = (await admin.Post("initial-tokens", new { })).GetProperty("token").GetString()!;
        await ApiHost.Add(admin, "urn:example:shut", "Shut", 0, ["mobile"], ("shut.read", "Read"));
        var registered = await host.Send(HttpMethod.Post, "/demo/oauth/register", initial, new
        {
            redirect_uris = AdminClient.Texts("https://app.example.com/callback"),
            scope = "openid read",
        }).Json(201);
        Assert.Equal("openid read", registered.GetProperty("scope").GetString());
        var second = (await admin.Post("initial-tokens", new { })).GetProperty("token").GetString()!;
        var more = await host.Send(HttpMethod.Post, "/demo/oauth/register", second,
            new { redirect_uris = AdminClient.Texts("https://app.example.com/callback") }).Json(201);
        Assert.Contains("tasks.write", more.GetProperty("scope").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("shut.read", more.GetProperty("scope").GetString(), StringComparison.Ordinal);
        var metadata = await host.Http.GetAsync("/demo/.well-known/openid-configuration").Json();
        var scopes = metadata.GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()).ToList();
        Assert.Contains("tasks.write", scopes);
        Assert.DoesNotContain("shut.read", scopes);
    }

    static string Audience(TokenAnswer tokens) => new JsonWebToken(tokens.AccessToken).Audiences.Single();

    Task<HttpResponseMessage> Service(params IEnumerable<(string, string)> more) => host.Token("demo",
        [("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", TestHostCallers.ServiceSecret), .. more]);

    Task<HttpResponseMessage> Refresh(TokenAnswer tokens, params (string, string)[] more) => Refresh(tokens.RefreshToken!, more);

    Task<HttpResponseMessage> Refresh(string refreshToken, params (string, string)[] more) => host.Token("demo",
        [("grant_type", "refresh_token"), ("client_id", "mobile"), ("refresh_token", refreshToken), .. more]);

    async Task<System.Text.Json.JsonElement> Introspect(string token) =>
        await host.Http.PostAsync("/demo/oauth/introspect", Credentials(("token", token))).Json();

    static FormUrlEncodedContent Credentials(params (string, string)[] more) =>
        TestHost.Form([("client_id", "service"), ("client_secret", TestHostCallers.ServiceSecret), .. more]);
}
