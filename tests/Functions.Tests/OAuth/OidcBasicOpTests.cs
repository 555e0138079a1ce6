using System.Text;
using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Latchkey.Tests.Keys;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>
/// The modules of the OpenID Foundation's Basic OP test plan that apply here, one test each, named after it; see
/// tests/conformance/oidc-basic-op.md. As there, the client is a web app with a secret (client_secret_basic) that must
/// not use PKCE.
/// </summary>
public sealed class OidcBasicOpTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    const string UserInfo = "/demo/oauth/userinfo";

    readonly TestHost host = demo.Host;
    readonly Browser browser = new(demo.Host);
    Client client = null!;

    public async Task InitializeAsync() => client = await Registered.WebApp(host, app => app with { RequirePkce = false });

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Oidcc_server()
    {
        var tokens = await Succeeds();
        Assert.Equal("Bearer", tokens.TokenType, ignoreCase: true);
        var token = await Verified(tokens);
        var now = host.Clock.Now.ToUnixTimeSeconds();
        Assert.Equal(now, token.GetPayloadValue<long>("iat"));
        Assert.InRange(token.GetPayloadValue<long>("exp"), now + 1, now + 86400);
        Assert.InRange(token.Subject.Length, 1, 255);
    }

    [Fact]
    public Task Oidcc_response_type_missing() => Fails("invalid_request", ("response_type", null));

    [Fact]
    public async Task Oidcc_idtoken_signature()
    {
        var token = await Verified(await Succeeds());
        Assert.Equal("RS256", token.Alg);
        var keys = JsonDocument.Parse(await host.Http.GetStringAsync("/demo/oauth/jwks")).RootElement.GetProperty("keys").EnumerateArray();
        var key = Assert.Single(keys, key => key.GetProperty("kid").GetString() == token.Kid);
        Assert.Equal("RSA", key.GetProperty("kty").GetString());
    }

    [Fact]
    public async Task Oidcc_userinfo_get()
    {
        var tokens = await Succeeds();
        await IsHers(tokens, await host.Send(HttpMethod.Get, UserInfo, tokens.AccessToken));
    }

    [Fact]
    public async Task Oidcc_userinfo_post_header()
    {
        var tokens = await Succeeds();
        await IsHers(tokens, await host.Send(HttpMethod.Post, UserInfo, tokens.AccessToken));
    }

    [Fact]
    public async Task Oidcc_userinfo_post_body()
    {
        var tokens = await Succeeds();
        await IsHers(tokens, await host.Http.PostAsync(UserInfo, TestHost.Form(("access_token", tokens.AccessToken))));
    }

    [Fact]
    public async Task Oidcc_ensure_request_without_nonce_succeeds_for_code_flow()
    {
        var token = await Verified(await Exchange(await Authorize(("nonce", null))), nonce: null);
        Assert.False(token.TryGetPayloadValue<string>("nonce", out _));
    }

    [Fact]
    public async Task Oidcc_scope_profile()
    {
        var answer = await About(await Succeeds(("scope", "openid profile")));
        Assert.Equal("Alice", answer.Name);
        Assert.Equal("alice", answer.PreferredUsername);
    }

    [Fact]
    public async Task Oidcc_scope_email() =>
        Assert.Equal("alice@demo.example", (await About(await Succeeds(("scope", "openid email")))).Email);

    [Fact]
    public async Task Oidcc_ensure_other_scope_order_succeeds()
    {
        var answer = await About(await Succeeds(("scope", "email openid")));
        Assert.NotNull(answer.Email);
    }

    [Fact]
    public Task Oidcc_display_page() => Succeeds(("display", "page"));

    [Fact]
    public Task Oidcc_display_popup() => Succeeds(("display", "popup"));

    [Fact]
    public async Task Oidcc_prompt_login()
    {
        var first = await Verified(await Succeeds());
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var answer = await Authorize(("prompt", "login"));
        Assert.StartsWith("/demo/login?", Browser.Location(answer), StringComparison.Ordinal);
        var second = await Verified(await Exchange(answer));
        Assert.Equal(first.Subject, second.Subject);
        Assert.True(SignedInAt(second) > SignedInAt(first));
    }

    [Fact]
    public Task Oidcc_prompt_none_not_logged_in() => Fails("login_required", ("prompt", "none"));

    [Fact]
    public async Task Oidcc_prompt_none_logged_in()
    {
        var first = await Verified(await Succeeds());
        var second = await Verified(await Exchange(Silent(await Authorize(("prompt", "none")))));
        Assert.Equal((first.Subject, SignedInAt(first)), (second.Subject, SignedInAt(second)));
    }

    [Fact]
    public async Task Oidcc_max_age_1()
    {
        var first = await Verified(await Succeeds());
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var answer = await Authorize(("max_age", "1"));
        Assert.StartsWith("/demo/login?", Browser.Location(answer), StringComparison.Ordinal);
        Assert.True(SignedInAt(await Verified(await Exchange(answer))) > SignedInAt(first));
    }

    [Fact]
    public async Task Oidcc_max_age_10000()
    {
        var first = await Verified(await Succeeds());
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var second = await Verified(await Exchange(Silent(await Authorize(("max_age", "10000")))));
        Assert.Equal(SignedInAt(first), SignedInAt(second));
    }

    [Fact]
    public Task Oidcc_ensure_request_with_unknown_parameter_succeeds() => Succeeds(("extra", "foobar"));

    [Fact]
    public async Task Oidcc_id_token_hint()
    {
        var tokens = await Succeeds();
        var again = await Exchange(Silent(await Authorize(("prompt", "none"), ("id_token_hint", tokens.IdToken))));
        Assert.Equal((await Verified(tokens)).Subject, (await Verified(again)).Subject);
    }

    [Fact]
    public async Task Oidcc_login_hint()
    {
        var answer = await Authorize(("login_hint", "alice"));
        Assert.Contains("value=\"alice\"", await (await browser.Follow(answer)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Verified(await Exchange(answer));
    }

    [Fact]
    public Task Oidcc_ui_locales() => Succeeds(("ui_locales", "se"));

    [Fact]
    public Task Oidcc_claims_locales() => Succeeds(("claims_locales", "se"));

    [Fact]
    public async Task Oidcc_ensure_request_with_acr_values_succeeds()
    {
        var token = await Verified(await Succeeds(("acr_values", "urn:example:higher 1")));
        Assert.Equal("1", token.GetPayloadValue<string>("acr"));
    }

    [Fact]
    public async Task Oidcc_codereuse()
    {
        var code = await Code(await Authorize());
        await Redeem(code).Is(200);
        await Redeem(code).Refused("invalid_grant");
    }

    [Fact]
    public async Task Oidcc_codereuse_30seconds()
    {
        var code = await Code(await Authorize());
        var tokens = await Redeem(code).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await About(tokens);
        await Redeem(code).Refused("invalid_grant");
        await host.Send(HttpMethod.Get, UserInfo, tokens.AccessToken).Is(401);
    }

    [Fact]
    public async Task Oidcc_ensure_registered_redirect_uri()
    {
        var answer = await Authorize(("redirect_uri", $"{Registered.Redirect}/abcd1234"));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.False(answer.Headers.Contains("Location"));
    }

    [Fact]
    public async Task Oidcc_ensure_post_request_succeeds()
    {
        var form = Browser.Returned($"?{Browser.Request(Parameters())}");
        await Verified(
            await Exchange(await browser.Follow(await browser.Post("/demo/oauth/authorize", form.Select(pair => (pair.Key, pair.Value))))));
    }

    [Fact]
    public async Task Oidcc_server_client_secret_post()
    {
        client = await Registered.WebApp(host, app => app with { RequirePkce = false, AuthMethod = ClientAuthMethod.Post });
        var tokens = await browser.Redeem(await Code(await Authorize()), ("client_id", client.Id),
            ("client_secret", Registered.Secret), ("redirect_uri", Registered.Redirect), ("code_verifier", null)).Read<TokenAnswer>();
        await Verified(tokens);
    }

    [Fact]
    public Task Oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() =>
        Fails("request_uri_not_supported", ("request_uri", "https://app.example/request.jwt"));

    [Fact]
    public Task Oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() =>
        Fails("request_not_supported", ("request", $"{AppKey.Part("""{"alg":"none"}""")}.{AppKey.Part("""{"state":"inside"}""")}."));

    [Fact]
    public async Task Oidcc_claims_essential()
    {
        var tokens = await Succeeds(("scope", "openid"), ("claims", """{"userinfo":{"name":{"essential":true}}}"""));
        Assert.Equal("Alice", (await About(tokens)).Name);
        var discovery = JsonDocument.Parse(await host.Http.GetStringAsync("/demo/.well-known/openid-configuration")).RootElement;
        Assert.True(discovery.GetProperty("claims_parameter_supported").GetBoolean());
    }

    [Fact]
    public async Task Oidcc_refresh_token()
    {
        var tokens = await Succeeds(("scope", "openid offline_access"), ("prompt", "consent"));
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var another = await Registered.WebApp(host);
        (string, string)[] refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken!)];
        await AsClient(another, refresh).Refused("invalid_grant"); // Another client's token is nothing,
        var again = await AsClient(client, refresh).Read<TokenAnswer>();        // and trying it did no harm.
        var (before, after) = (await Verified(tokens), await Verified(again, nonce: null));
        Assert.Equal((before.Subject, SignedInAt(before)), (after.Subject, SignedInAt(after)));
        Assert.True(after.GetPayloadValue<long>("iat") > before.GetPayloadValue<long>("iat"));
        await About(again);
    }

    [Fact]
    public async Task Oidcc_ensure_request_with_valid_pkce_succeeds()
    {
        var code = await Code(await Authorize(("code_challenge", Browser.Challenge), ("code_challenge_method", "S256")));
        await Redeem(code).Refused("invalid_grant"); // Once there is a challenge, the verifier is not optional.
        await Verified(await Redeem(code, ("code_verifier", Browser.Verifier)).Read<TokenAnswer>());
    }

    (string, string?)[] Parameters(params (string, string?)[] changes) =>
    [
        ("client_id", client.Id), ("redirect_uri", Registered.Redirect), ("scope", "openid"),
        ("code_challenge", null), ("code_challenge_method", null), .. changes,
    ];

    Task<HttpResponseMessage> Authorize(params (string, string?)[] changes) => browser.Authorize(Parameters(changes));

    async Task Fails(string error, params (string, string?)[] changes)
    {
        var location = Browser.Location(await Authorize(changes));
        Assert.StartsWith($"{Registered.Redirect}?", location, StringComparison.Ordinal);
        var returned = Browser.Returned(location);
        Assert.Equal((error, "st 1&2", false), (returned["error"], returned["state"], returned.ContainsKey("code")));
    }

    async Task<TokenAnswer> Succeeds(params (string, string?)[] changes)
    {
        var tokens = await Exchange(await Authorize(changes));
        await Verified(tokens);
        await About(tokens);
        return tokens;
    }

    // Through whatever pages there are, back to the app.
    async Task<string> Code(HttpResponseMessage answer)
    {
        if (Browser.Location(answer).StartsWith("/demo/login?", StringComparison.Ordinal)) answer = await browser.SignIn(answer);
        if (Browser.Location(answer).StartsWith("/demo/consent?", StringComparison.Ordinal)) answer = await browser.Consent(answer);
        Assert.StartsWith($"{Registered.Redirect}?", Browser.Location(answer), StringComparison.Ordinal);
        var returned = Browser.Returned(Browser.Location(answer));
        Assert.Equal("st 1&2", returned["state"]);
        return returned["code"];
    }

    static HttpResponseMessage Silent(HttpResponseMessage answer)
    {
        Assert.StartsWith($"{Registered.Redirect}?code=", Browser.Location(answer), StringComparison.Ordinal);
        return answer;
    }

    async Task<TokenAnswer> Exchange(HttpResponseMessage answer) => await Redeem(await Code(answer)).Read<TokenAnswer>();

    Task<HttpResponseMessage> Redeem(string code, params (string, string)[] more) =>
        AsClient(client, [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Registered.Redirect), .. more]);

    Task<HttpResponseMessage> AsClient(Client sender, params (string, string)[] form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token") { Content = TestHost.Form(form) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{sender.Id}:{Registered.Secret}")));
        return host.Http.SendAsync(request);
    }

    async Task<JsonWebToken> Verified(TokenAnswer tokens, string? nonce = "n-0S6_WzA2Mj")
    {
        var token = await Tokens.Verify(tokens.IdToken!, await host.Http.GetByteArrayAsync("/demo/oauth/jwks"));
        Assert.Equal(($"{host.Origin}/demo", client.Id), (token.Issuer, Assert.Single(token.Audiences)));
        Assert.Equal(nonce, token.TryGetPayloadValue<string>("nonce", out var sent) ? sent : null);
        return token;
    }

    async Task<UserInfoAnswer> About(TokenAnswer tokens) =>
        await IsHers(tokens, await host.Send(HttpMethod.Get, UserInfo, tokens.AccessToken));

    static async Task<UserInfoAnswer> IsHers(TokenAnswer tokens, HttpResponseMessage answer)
    {
        var claims = await answer.Read<UserInfoAnswer>();
        Assert.Equal(Browser.IdToken(tokens).Subject, claims.Sub);
        return claims;
    }

    static long SignedInAt(JsonWebToken token) => token.GetPayloadValue<long>("auth_time");
}
