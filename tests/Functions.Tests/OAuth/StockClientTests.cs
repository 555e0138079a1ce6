using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Protocol;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.OAuth;

/// <summary>What stock libraries and tools send, and what they need to hear.</summary>
public sealed class StockClientTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("oauth/token", "grant_type")]
    [InlineData("oauth/revoke", "token")]
    [InlineData("oauth/introspect", "token")]
    [InlineData("oauth/par", "response_type")]
    [InlineData("oauth/device_authorization", "scope")]
    public async Task A_wrong_secret_in_the_body_is_a_401_that_names_a_scheme(string path, string parameter)
    {
        var answer = await host.Http.PostAsync($"/demo/{path}", TestHost.Form(
            (parameter, parameter == "grant_type" ? "client_credentials" : "openid"), ("client_id", "service"),
            ("client_secret", "wrong")));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme); // RFC 9110 §15.5.2
    }

    [Fact]
    public async Task A_parameter_that_means_nothing_may_come_twice_and_one_that_counts_may_not()
    {
        (string, string)[] form = [("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", "service-secret-for-local-runs-only")];
        await TestHost.Json(await host.Token("demo", [.. form, ("audience", "x"), ("audience", "x")]), 200);
        await host.Token("demo", [.. form, ("scope", "files.read"), ("scope", "files.read")]).Refused("invalid_request");
        var browser = new Browser(host);
        var authorize = await browser.Get(
            $"/demo/oauth/authorize?{Browser.Request()}&audience=https%3A%2F%2Fa.example&audience=https%3A%2F%2Fb.example");
        Assert.StartsWith("/demo/login?", Browser.Location(authorize), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scope_that_nobody_knows_is_ignored_beside_openid_and_the_answer_says_what_was_granted()
    {
        var tokens = await new Browser(host).Tokens(("scope", "openid profile address urn:example:scope"));
        Assert.Equal("openid profile", tokens.Scope);
        // One that is known, and that this client may not have, is still a mistake of the app.
        var refused = await new Browser(host).Authorize(("scope", "openid admin"));
        Assert.Equal("invalid_scope", Browser.Returned(Browser.Location(refused))["error"]);
    }

    [Fact]
    public async Task Without_PKCE_the_redirect_URI_is_required_at_the_token_endpoint()
    {
        var client = await Registered.WebApp(host, client => client with { RequirePkce = false, FirstParty = true });
        var browser = new Browser(host);
        (string, string?)[] asks =
            [("client_id", client.Id), ("redirect_uri", Registered.Redirect), ("code_challenge", null), ("code_challenge_method", null)];
        var code = Browser.Returned(Browser.Location(await browser.SignIn(await browser.Authorize(asks))))["code"];
        (string, string)[] form = [("grant_type", "authorization_code"), ("code", code), ("client_id", client.Id),
            ("client_secret", Registered.Secret)];
        await host.Token("demo", form).Refused("invalid_request");
        await TestHost.Json(await host.Token("demo", [.. form, ("redirect_uri", Registered.Redirect)]), 200); // It was not used up.
    }

    [Theory]
    [InlineData("")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/par")]
    public async Task An_assertion_for_the_issuer_the_token_or_the_PAR_endpoint_is_good_at_each_of_them(string audience)
    {
        using var key = AppKey.New();
        var id = $"asserts-{audience.Length}";
        await host.AddClient(id, client => client with
        {
            AuthMethod = ClientAuthMethod.PrivateKeyJwt,
            Jwks = key.Set(),
            RedirectUris = [Registered.Redirect],
            Native = false,
            Grants = [GrantType.AuthorizationCode, GrantType.ClientCredentials],
        });
        var forItself = ("scope", "files.read");
        (string, string)[] Proof() =>
            [("client_assertion_type", JwtBearer), ("client_assertion", Assertion(key, id, $"{host.Origin}/demo{audience}"))];
        await TestHost.Json(await host.Token("demo", [("grant_type", "client_credentials"), forItself, .. Proof()]), 200);
        var pushed = await host.Http.PostAsync("/demo/oauth/par", TestHost.Form([("response_type", "code"), ("client_id", id),
            ("redirect_uri", Registered.Redirect), ("scope", "openid"), ("code_challenge", Browser.Challenge),
            ("code_challenge_method", "S256"), .. Proof()]));
        await TestHost.Json(pushed, 201);
    }

    [Fact]
    public async Task An_assertion_may_live_for_an_hour_and_a_client_that_proved_itself_hears_what_is_wrong()
    {
        using var key = AppKey.New();
        await host.AddClient("hourly", client => client with { AuthMethod = ClientAuthMethod.PrivateKeyJwt, Jwks = key.Set() });
        Task<HttpResponseMessage> Try(AppKey signer, int seconds, string id = "hourly", string? jti = null) =>
            host.Token("demo", ("grant_type", "client_credentials"), ("scope", "files.read"),
            ("client_assertion_type", JwtBearer), ("client_assertion", Assertion(signer, id, $"{host.Origin}/demo", seconds, jti)));
        await TestHost.Json(await Try(key, 3600, jti: "once"), 200);
        Assert.Contains("jti was used before", await Description(await Try(key, 3600, jti: "once")), StringComparison.Ordinal);
        Assert.Contains("more than 60 minutes", await Description(await Try(key, 3700)), StringComparison.Ordinal);
        using var other = AppKey.New();
        Assert.Equal("Client authentication failed.", await Description(await Try(other, 3700))); // Anybody could ask.
    }

    [Fact]
    public async Task A_key_set_counts_for_the_keys_in_it_that_are_understood()
    {
        using var key = AppKey.New();
        using var large = AppKey.New("ES384");
        var encryption = key.Public();
        encryption["use"] = "enc";
        var set = new JsonObject
        {
            ["keys"] = new JsonArray(large.Public(), new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = "AAAA" }, encryption,
                key.Public()),
        };
        await host.AddClient("many-keys", client => client with { AuthMethod = ClientAuthMethod.PrivateKeyJwt, Jwks = set.ToJsonString() });
        await TestHost.Json(
            await host.Token("demo", ("grant_type", "client_credentials"), ("scope", "files.read"), ("client_assertion_type", JwtBearer),
            ("client_assertion", Assertion(key, "many-keys", $"{host.Origin}/demo"))), 200);

        var admin = (await host.Tokens("demo", "admin")).AccessToken;
        var none = new JsonObject { ["keys"] = new JsonArray(large.Public()) }.ToJsonString();
        var refused = await TestHost.Json(await host.Send(HttpMethod.Post, "/demo/admin/clients", admin,
            new
            {
                name = "x",
                grants = new[] { "client_credentials" },
                scope = new[] { "files.read" },
                authMethod = "private_key_jwt",
                jwks = none
            }), 400);
        Assert.Contains("Key 1: An EC key's crv must be P-256", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var secret = new JsonObject { ["keys"] = new JsonArray(key.Public(), key.Public(withPrivate: true)) }.ToJsonString();
        await TestHost.Json(await host.Send(HttpMethod.Post, "/demo/admin/clients", admin,
            new
            {
                name = "x",
                grants = new[] { "client_credentials" },
                scope = new[] { "files.read" },
                authMethod = "private_key_jwt",
                jwks = secret
            }), 400);
    }

    [Theory]
    [InlineData("/demo/oauth/token", "application/x-www-form-urlencoded")]
    [InlineData("/demo/oauth/revoke", "application/x-www-form-urlencoded")]
    [InlineData("/demo/oauth/par", "application/x-www-form-urlencoded")]
    [InlineData("/demo/oauth/register", "application/json")]
    public async Task A_body_that_is_too_large_is_told_in_the_words_of_OAuth_too(string path, string type)
    {
        var answer = await host.Http.PostAsync(path, new StringContent($"a={new string('a', 70_000)}", null, type));
        // Nobody may register openly here.
        if (path.EndsWith("register", StringComparison.Ordinal) && answer.StatusCode != HttpStatusCode.RequestEntityTooLarge) return;
        var json = await TestHost.Json(answer, 413);
        Assert.Equal(("invalid_request", "body_too_large"), (json.GetProperty("error").GetString(), json.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("/demo/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server/demo")]
    [InlineData("/demo/oauth/jwks")]
    [InlineData("/openapi.json")]
    public async Task Public_documents_are_for_every_origin(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Origin", "https://new-app.example" } } };
        var answer = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Theory]
    [InlineData("cache-control")]
    [InlineData("x-request-id")]
    [InlineData("x-requested-with")]
    [InlineData("traceparent")]
    [InlineData("tracestate")]
    [InlineData("upload-concat")]
    [InlineData("upload-defer-length")]
    public async Task A_preflight_lets_through_what_stock_libraries_send(string header)
    {
        foreach (var path in new[] { "/demo/oauth/token", "/demo/tus" })
        {
            var answer = await Preflight(path, "http://localhost", header);
            Assert.Contains(header, answer.Headers.GetValues("Access-Control-Allow-Headers").Single().Split(", "),
                StringComparer.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_script_reads_that_there_is_no_such_tenant()
    {
        var preflight = await Preflight("/nobody/oauth/token", "https://new-app.example", "content-type");
        Assert.Equal((HttpStatusCode.NoContent, "*"),
            (preflight.StatusCode, preflight.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        var request = new HttpRequestMessage(HttpMethod.Post, "/nobody/oauth/token") { Content = TestHost.Form(("a", "b")) };
        request.Headers.Add("Origin", "https://new-app.example");
        var answer = await host.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.NotFound, "*"), (answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        // Of a tenant that is there, a foreign origin hears nothing.
        Assert.False(
            (await Preflight("/demo/oauth/token", "https://new-app.example", "content-type")).Headers.Contains(
                "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_state_of_16_KiB_comes_back_from_sign_in_and_from_sign_out()
    {
        var state = string.Concat(Enumerable.Repeat("a-State_of.a~client", 900))[..(16 * 1024)];
        var answer = await new Browser(host).Answer(("state", state));
        Assert.Equal(state, answer["state"]);
        var browser = new Browser(host);
        var tokens = await browser.Tokens();
        var logout = await browser.Get("/demo/oauth/logout?post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8100%2Fsigned-out"
            + $"&id_token_hint={tokens.IdToken}&state={state}");
        Assert.Equal($"http://localhost:8100/signed-out?state={state}", Browser.Location(logout));
    }

    [Fact]
    public async Task An_operator_may_let_one_client_have_localhost_on_any_port_and_a_scheme_without_a_dot()
    {
        var admin = (await host.Tokens("demo", "admin")).AccessToken;
        object Body(bool? relaxed, params string[] uris) => new
        {
            name = "Tool",
            grants = new[] { "authorization_code" },
            scope = new[] { "openid" },
            authMethod = "none",
            native = true,
            redirectUris = uris,
            relaxedRedirects = relaxed,
        };
        await TestHost.Json(await host.Send(HttpMethod.Post, "/demo/admin/clients", admin, Body(null, "myapp://callback")), 400);
        foreach (var taken in new[] { "javascript:alert(1)", "data:text/html,x", "file:///x", "intent://x", "mailto:x@y.example" })
            await TestHost.Json(await host.Send(HttpMethod.Post, "/demo/admin/clients", admin, Body(true, taken)), 400);
        var made = await TestHost.Json(
            await host.Send(HttpMethod.Post, "/demo/admin/clients", admin, Body(true, "myapp://callback", "http://localhost/callback")),
            201);
        Assert.True(made.GetProperty("relaxedRedirects").GetBoolean());
        var id = made.GetProperty("id").GetString();
        foreach (var uri in new[] { "myapp://callback", "http://localhost:53172/callback", "http://localhost/callback" })
        {
            var begun = await new Browser(host).Authorize(("client_id", id), ("redirect_uri", uri), ("scope", "openid"));
            Assert.StartsWith("/demo/login?", Browser.Location(begun), StringComparison.Ordinal);
        }
        // The demo's own client has http://localhost:8100 and no other port.
        Assert.Equal(HttpStatusCode.BadRequest,
            (await new Browser(host).Authorize(("redirect_uri", "http://localhost:8101/callback"))).StatusCode);
    }

    [Fact]
    public async Task A_redirect_URI_that_a_library_would_rewrite_is_told_at_registration()
    {
        var admin = (await host.Tokens("demo", "admin")).AccessToken;
        var made = await TestHost.Json(await host.Send(HttpMethod.Post, "/demo/admin/clients", admin, new
        {
            name = "Web",
            grants = new[] { "authorization_code" },
            scope = new[] { "openid" },
            redirectUris = new[] { "https://a.example", "https://A.example/cb", "https://a.example:443/cb", "https://a.example/cb?x=1",
                "https://a.example/cb" },
        }), 201);
        var warnings = made.GetProperty("warnings").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Equal(["no path", "capital letters", "default port", "a query"],
            warnings.Select(text =>
                new[] { "no path", "capital letters", "default port", "a query" }.Single(what =>
                    text.Contains(what, StringComparison.Ordinal))));
    }

    async Task<HttpResponseMessage> Preflight(string path, string origin, string header)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", header);
        return await host.Http.SendAsync(request);
    }

    string Assertion(AppKey key, string id, string audience, int seconds = 60, string? jti = null)
    {
        var now = host.Clock.Now.ToUnixTimeSeconds();
        return key.Sign(new() { ["alg"] = key.Algorithm, ["typ"] = "JWT" }, new()
        {
            ["iss"] = id,
            ["sub"] = id,
            ["aud"] = audience,
            ["iat"] = now,
            ["exp"] = now + seconds,
            ["jti"] = jti
                ?? Guid.CreateVersion7().ToString(),
        });
    }

    static async Task<string> Description(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error_description").GetString()!;
}
