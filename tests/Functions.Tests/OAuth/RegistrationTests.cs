using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.OAuth;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth;

/// <summary>Dynamic client registration: RFC 7591, OpenID Connect Registration 1.0.</summary>
public sealed class RegistrationTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;
    string token = null!;

    public async Task InitializeAsync() => token = await NewToken(uses: 1000); // Another test may have moved the clock past the last one.

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_client_gets_an_id_a_secret_and_everything_that_was_registered()
    {
        var answer = await Post(Good());
        var json = await answer.Json(201);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        string[] members =
        [
            "application_type", "client_id", "client_id_issued_at", "client_name", "client_secret", "client_secret_expires_at",
            "dpop_bound_access_tokens", "grant_types", "id_token_signed_response_alg", "post_logout_redirect_uris", "redirect_uris",
            "registration_access_token", "registration_client_uri", "require_pushed_authorization_requests", "response_types",
            "scope", "token_endpoint_auth_method",
        ];
        Assert.Equal(members, json.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal($"{host.Origin}/demo/oauth/register/{Text(json, "client_id")}", Text(json, "registration_client_uri"));
        Assert.Equal(("web", "client_secret_basic", "RS256"),
            (Text(json, "application_type"), Text(json, "token_endpoint_auth_method"), Text(json, "id_token_signed_response_alg")));
        Assert.Equal("""["authorization_code"]""", json.GetProperty("grant_types").GetRawText());
        Assert.Equal("""["code"]""", json.GetProperty("response_types").GetRawText());
        Assert.Equal("openid profile email offline_access files.read files.write files.share", Text(json, "scope"));
        Assert.Equal(host.Clock.Now.ToUnixTimeSeconds(), json.GetProperty("client_id_issued_at").GetInt64());
        Assert.Equal(0, json.GetProperty("client_secret_expires_at").GetInt64());
    }

    [Fact]
    public async Task What_is_stored_gives_no_secret_away()
    {
        var json = await Post(Good()).Json(201);
        var client = (await host.Service<ClientStore>().Find(await host.Tenant("demo"), Text(json, "client_id"), default))!;
        var stored = JsonSerializer.Serialize(client);
        Assert.DoesNotContain(Text(json, "client_secret"), stored, StringComparison.Ordinal);
        Assert.DoesNotContain(Text(json, "registration_access_token"), stored, StringComparison.Ordinal);
        foreach (var line in host.Log.Lines) Assert.DoesNotContain(Text(json, "client_secret"), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_service_works_at_once()
    {
        var json = await Post(new() { ["grant_types"] = new JsonArray("client_credentials") }).Json(201);
        Assert.Equal("[]", json.GetProperty("response_types").GetRawText());
        var tokens = await host.Token("demo", ("grant_type", "client_credentials"),
            ("client_id", Text(json, "client_id")), ("client_secret", Text(json, "client_secret"))).Read<TokenAnswer>();
        Assert.Equal("files.read files.write files.share", tokens.Scope);
    }

    [Fact]
    public async Task A_native_app_is_public_and_may_have_a_scheme_of_its_own()
    {
        var json = await Post(new()
        {
            ["application_type"] = "native",
            ["client_name"] = "Zoë’s app 👩‍💻",
            ["token_endpoint_auth_method"] = "none",
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["redirect_uris"] = new JsonArray("com.example.app:/callback", "http://127.0.0.1/callback"),
            ["scope"] = "openid files.read",
            ["dpop_bound_access_tokens"] = true,
        }).Json(201);
        Assert.False(json.TryGetProperty("client_secret", out _));
        Assert.Equal("Zoë’s app 👩‍💻", Text(json, "client_name"));
        var client = (await host.Service<ClientStore>().Find(await host.Tenant("demo"), Text(json, "client_id"), default))!;
        Assert.True(
            client is { IsPublic: true, Native: true, RequireDpop: true, RequirePkce: true, FirstParty: false, LegacyImplicit: false });
    }

    [Fact]
    public async Task A_client_registers_its_keys_and_signs_in_with_them()
    {
        using var key = AppKey.New();
        var json = await Post(new()
        {
            ["grant_types"] = new JsonArray("client_credentials"),
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["jwks"] = JsonNode.Parse(key.Set("k1")),
        }).Json(201);
        Assert.False(json.TryGetProperty("client_secret", out _));
        var (id, now) = (Text(json, "client_id"), host.Clock.Now.ToUnixTimeSeconds());
        var assertion = key.Sign(new() { ["alg"] = "ES256", ["kid"] = "k1" },
            new() { ["iss"] = id, ["sub"] = id, ["aud"] = $"{host.Origin}/demo", ["exp"] = now + 60, ["jti"] = "1" });
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_assertion", assertion),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")).Is(200);
    }

    [Fact]
    public async Task What_is_not_known_is_ignored_and_not_answered()
    {
        var json = await Post(Good(metadata =>
        {
            metadata["made_up"] = "x";
            metadata["client_name#fr"] = "Application";
            metadata["contacts"] = new JsonArray("dev@example.com");
            metadata["client_id"] = "service";
            metadata["client_secret"] = "mine";
            metadata["FirstParty"] = true;
            metadata["client_uri"] = null;
        })).Json(201);
        Assert.NotEqual("service", Text(json, "client_id"));
        Assert.NotEqual("mine", Text(json, "client_secret"));
        foreach (var name in new[] { "made_up", "contacts", "FirstParty", "client_uri" }) Assert.False(json.TryGetProperty(name, out _));
    }

    public static TheoryData<string, string> Bad() => new()
    {
        { """{"grant_types":["password"]}""", "invalid_client_metadata" },
        { """{"grant_types":["implicit"],"response_types":["token"]}""", "invalid_client_metadata" },
        { """{"grant_types":["authorization_code"],"response_types":["id_token"]}""", "invalid_client_metadata" },
        { """{"grant_types":["authorization_code"],"response_types":["code","code id_token"]}""", "invalid_client_metadata" },
        { """{"grant_types":["client_credentials"],"response_types":["code"]}""", "invalid_client_metadata" },
        { """{"response_types":[]}""", "invalid_client_metadata" },
        { """{"grant_types":[]}""", "invalid_client_metadata" },
        { """{"grant_types":"authorization_code"}""", "invalid_client_metadata" },
        { """{"grant_types":[7]}""", "invalid_client_metadata" },
        { """{"grant_types":["client_credentials"],"token_endpoint_auth_method":"none"}""", "invalid_client_metadata" },
        { """{"token_endpoint_auth_method":"client_secret_jwt"}""", "invalid_client_metadata" },
        { """{"token_endpoint_auth_method":"private_key_jwt"}""", "invalid_client_metadata" },
        { """{"jwks_uri":"http://example.com/keys"}""", "invalid_client_metadata" },
        { """{"jwks_uri":"https://example.com/keys","jwks":{"keys":[]}}""", "invalid_client_metadata" },
        { """{"jwks":{"keys":[]}}""", "invalid_client_metadata" },
        { """{"jwks":{"keys":[{"kty":"oct","k":"AAAA"}]}}""", "invalid_client_metadata" },
        { """{"jwks":"x"}""", "invalid_client_metadata" },
        { """{"scope":"admin"}""", "invalid_client_metadata" },
        { """{"scope":"openid account"}""", "invalid_client_metadata" },
        { """{"scope":"openid nonsense"}""", "invalid_client_metadata" },
        { """{"scope":"\"quoted\""}""", "invalid_client_metadata" },
        { """{"scope":" "}""", "invalid_client_metadata" },
        { """{"scope":["openid"]}""", "invalid_client_metadata" },
        { """{"application_type":"desktop"}""", "invalid_client_metadata" },
        { """{"subject_type":"pairwise"}""", "invalid_client_metadata" },
        { """{"id_token_signed_response_alg":"none"}""", "invalid_client_metadata" },
        { """{"id_token_signed_response_alg":"HS256"}""", "invalid_client_metadata" },
        { """{"dpop_bound_access_tokens":"yes"}""", "invalid_client_metadata" },
        { """{"client_name":""}""", "invalid_client_metadata" },
        { """{"client_name":7}""", "invalid_client_metadata" },
        { """{"client_name":"two\nlines"}""", "invalid_client_metadata" },
        { """{"client_name":"turned \u202e around"}""", "invalid_client_metadata" },
        { """{"client_name":"half \ud800 a pair"}""", "invalid_client_metadata" },
        { """{"client_uri":"http://example.com"}""", "invalid_client_metadata" },
        { """{"client_uri":"javascript:alert(1)"}""", "invalid_client_metadata" },
        { """{"logo_uri":"https://example.com/logo.png;x"}""", "invalid_client_metadata" },
        { """{"logo_uri":"https://user@example.com/logo.png"}""", "invalid_client_metadata" },
        { """{"logo_uri":"https://example.com/\"><script>"}""", "invalid_client_metadata" },
        { """{"post_logout_redirect_uris":["javascript:alert(1)"]}""", "invalid_client_metadata" },
        { """{"redirect_uris":"https://example.com"}""", "invalid_client_metadata" },
        { """{"redirect_uris":[]}""", "invalid_redirect_uri" },
        { """{"redirect_uris":["javascript:alert(1)"]}""", "invalid_redirect_uri" },
        { """{"redirect_uris":["http://example.com/callback"]}""", "invalid_redirect_uri" },
        { """{"redirect_uris":["https://example.com/callback#part"]}""", "invalid_redirect_uri" },
        { """{"redirect_uris":["com.example.app:/callback"]}""", "invalid_redirect_uri" },
        { """{"redirect_uris":["myapp:/callback"],"application_type":"native"}""", "invalid_redirect_uri" },
        { """{"redirect_uris":["https://example.com/a\nb"]}""", "invalid_redirect_uri" },
        { """{"redirect_uris":["/callback"]}""", "invalid_redirect_uri" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_field_is_refused(string change, string error)
    {
        var metadata = Good();
        // As text, because JsonNode would mend half a surrogate pair.
        var rest = JsonNode.Parse(metadata.ToJsonString())!.AsObject();
        using var changed = JsonDocument.Parse(change);
        foreach (var member in changed.RootElement.EnumerateObject()) rest.Remove(member.Name);
        var text = rest.ToJsonString();
        await PostText($"{text[..^1]}{(rest.Count > 0 ? "," : "")}{change[1..]}").Refused(error);
    }

    [Fact]
    public async Task What_is_no_metadata_is_refused()
    {
        foreach (var bad in new[] { "", "x", "[]", "null", "7", "{", """{"a":1,"a":2}""", """{"\ud800":1}""",
            """{"redirect_uris":["https://a.example"]""" })
            await PostText(bad).Refused("invalid_client_metadata");
        await PostText(new string('[', 5000) + new string(']', 5000)).Refused("invalid_client_metadata");
        Assert.Equal(413, (int)(await PostText($$"""{"client_name":"{{new string('x', 70_000)}}"}""")).StatusCode);
        var form = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/register") { Content = TestHost.Form(("redirect_uris", "x")) };
        form.Headers.Authorization = new("Bearer", token);
        await host.Http.SendAsync(form).Refused("invalid_client_metadata");
        Assert.DoesNotContain(host.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_good_initial_access_token_nothing_is_registered()
    {
        var abroad = await host.Service<InitialAccessTokens>().Create(await host.Tenant("acme"), 5, TimeSpan.FromDays(1), default);
        var access = (await host.Tokens("demo", "admin")).AccessToken;
        foreach (var bad in new[] { null, "x", "20300101.x", token[..^1], token + "x", abroad, access,
            $"{new string('9', 8)}.{token[9..]}" })
        {
            var answer = await Post(Good(), bad ?? "", withToken: bad is not null);
            await answer.Is(401);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        }
    }

    [Fact]
    public async Task A_token_is_spent_by_what_it_registers_and_not_by_what_is_refused()
    {
        var twice = await NewToken(uses: 2);
        await Post(Good(metadata => metadata["scope"] = "admin"), twice).Refused("invalid_client_metadata");
        await Post(Good(), twice).Is(201);
        await Post(Good(), twice).Is(201);
        await Post(Good(), twice).Is(401);
    }

    [Fact]
    public async Task Twenty_at_once_get_no_more_than_the_token_is_good_for()
    {
        var thrice = await NewToken(uses: 3);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Post(Good(), thrice)));
        Assert.Equal(3, answers.Count(answer => (int)answer.StatusCode == 201));
        Assert.Equal(17, answers.Count(answer => (int)answer.StatusCode == 401));
    }

    [Fact]
    public async Task A_token_expires()
    {
        var brief = await NewToken(uses: 5);
        host.Clock.Advance(TimeSpan.FromDays(1));
        await Post(Good(), brief).Is(401);
    }

    [Fact]
    public async Task A_tenant_whose_policy_says_so_takes_anybody_but_gives_nobody_a_service()
    {
        var open = await host.Tenant("acme");
        await host.Service<TenantStore>().Save(open with { OpenRegistration = true }, default);
        host.Clock.Advance(TimeSpan.FromMinutes(1)); // Past the cache.
        Task<HttpResponseMessage> Open(JsonObject metadata) => Post(metadata, "", withToken: false, tenant: "acme");
        var json = await Open(Good()).Json(201);
        await Open(new() { ["grant_types"] = new JsonArray("client_credentials") }).Refused("invalid_client_metadata");
        // Nor later, by way of its own registration.
        var metadata = Good(
            metadata =>
            {
                metadata["client_id"] = Text(json, "client_id"); metadata["grant_types"] = new JsonArray("authorization_code",
                "client_credentials");
            });
        var put = new HttpRequestMessage(HttpMethod.Put, Text(json, "registration_client_uri")) { Content = JsonContent.Create(metadata) };
        put.Headers.Authorization = new("Bearer", Text(json, "registration_access_token"));
        await host.Http.SendAsync(put).Refused("invalid_client_metadata");
        await Post(Good(), "wrong", tenant: "acme").Is(401); // A token that is sent has to be good.
        await Post(Good(), "", withToken: false).Is(401); // The other tenant's policy is its own.
    }

    internal static JsonObject Good(Action<JsonObject>? change = null)
    {
        var metadata = new JsonObject { ["client_name"] = "An app", ["redirect_uris"] = new JsonArray("https://app.example/callback") };
        change?.Invoke(metadata);
        return metadata;
    }

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    async Task<string> NewToken(int uses) =>
        await host.Service<InitialAccessTokens>().Create(await host.Tenant("demo"), uses, TimeSpan.FromDays(1), default);

    Task<HttpResponseMessage> Post(JsonObject metadata, string? with = null, bool withToken = true, string tenant = "demo") =>
        PostText(metadata.ToJsonString(), with, withToken, tenant);

    Task<HttpResponseMessage> PostText(string body, string? with = null, bool withToken = true, string tenant = "demo")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{tenant}/oauth/register")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (withToken) request.Headers.Authorization = new("Bearer", with ?? token);
        return host.Http.SendAsync(request);
    }
}
