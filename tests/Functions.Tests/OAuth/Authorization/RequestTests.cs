using System.Net;
using Latchkey.Protocol;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>The authorization request (RFC 6749 §3.1, §4.1.2.1; OIDC Core §3.1.2): who hears of what is wrong with it.</summary>
public sealed partial class RequestTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("client_id", null)]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", "<script>alert(1)</script>")]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "https://evil.example/callback")]
    [InlineData("redirect_uri", "http://127.0.0.1:51004/callback/../evil")]
    [InlineData("redirect_uri", "http://127.0.0.1:51004/callback?next=https://evil.example")]
    [InlineData("redirect_uri", "http://127.0.0.1:51004@evil.example/callback")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    [InlineData("redirect_uri", "com.example.files://callback")]
    [InlineData("redirect_uri", "http://localhost:8101/callback")]
    [InlineData("redirect_uri", "//evil.example")]
    public async Task A_bad_client_or_redirect_uri_gets_our_own_page_and_no_redirect(string name, string? value)
    {
        var answer = await new Browser(host).Authorize((name, value));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.False(answer.Headers.Contains("Location"));
        // The choice of a language leads back to this very page, by its path on our own origin.
        var page = BackButton().Replace(await answer.Content.ReadAsStringAsync(), "");
        Assert.DoesNotContain("evil", page, StringComparison.Ordinal);
        Assert.DoesNotContain("alert(1)", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_that_should_never_have_been_is_not_followed()
    {
        var client = await Registered.WebApp(host, client => client with { RedirectUris = ["javascript:alert(1)//x.y"], Native = true });
        var answer = await new Browser(host).Authorize(("client_id", client.Id), ("redirect_uri", "javascript:alert(1)//x.y"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Another_tenants_client_is_not_known_here()
    {
        var client = await Registered.WebApp(host, tenant: "acme");
        var answer = await new Browser(host).Authorize(("client_id", client.Id), ("redirect_uri", Registered.Redirect));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task An_unknown_tenant_gets_a_page_too()
    {
        var answer = await new Browser(host, "nobody").Authorize();
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "nonsense", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", "token", "unauthorized_client")]
    [InlineData("response_type", "id_token", "unauthorized_client")]
    [InlineData("response_mode", "web_message", "invalid_request")]
    [InlineData("scope", "files.read admin", "invalid_scope")]
    [InlineData("scope", "files.read \"quoted\"", "invalid_scope")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "too-short", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://app.example/request.jwt", "request_uri_not_supported")]
    [InlineData("registration", "{}", "registration_not_supported")]
    public async Task Any_other_fault_goes_back_to_the_app_with_state_and_issuer(string name, string? value, string error)
    {
        var answer = await new Browser(host).Authorize((name, value));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var location = Browser.Location(answer);
        Assert.StartsWith(Browser.Loopback + (location.Contains('#') ? "#" : "?"), location, StringComparison.Ordinal);
        var returned = Browser.Returned(location);
        Assert.Equal(error, returned["error"]);
        Assert.Equal("st 1&2", returned["state"]);
        Assert.Equal($"{host.Origin}/demo", returned["iss"]);
        Assert.All(returned["error_description"], c => Assert.InRange(c, ' ', '~'));
    }

    [Theory]
    [InlineData("scope=openid")]
    [InlineData("code_challenge_method=S256")]
    [InlineData("state=other")]
    public async Task A_repeated_parameter_goes_back_to_the_app(string again)
    {
        var answer = await new Browser(host).Get($"/demo/oauth/authorize?{Browser.Request()}&{again}");
        var returned = Browser.Returned(Browser.Location(answer));
        Assert.Equal("invalid_request", returned["error"]);
        Assert.Equal(again.StartsWith("state", StringComparison.Ordinal), !returned.ContainsKey("state")); // Which one would it be?
    }

    [Theory]
    [InlineData("client_id=mobile")]
    [InlineData("redirect_uri=https://evil.example/callback")]
    public async Task A_repeated_client_or_redirect_uri_does_not_go_back_to_the_app(string again)
    {
        var answer = await new Browser(host).Get($"/demo/oauth/authorize?{Browser.Request()}&{again}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("%ff")]
    [InlineData("%00")]
    public async Task A_parameter_that_is_no_text_gets_our_own_page(string state)
    {
        var answer = await new Browser(host).Get($"/demo/oauth/authorize?{Browser.Request(("state", null))}&state={state}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Every_public_client_must_use_PKCE_whatever_its_registration_says()
    {
        var client = await Registered.WebApp(host, client => client with { SecretHashes = [], RequirePkce = false });
        var answer = await new Browser(host).Authorize(("client_id", client.Id), ("redirect_uri", Registered.Redirect),
            ("code_challenge", null), ("code_challenge_method", null));
        Assert.Equal("invalid_request", Browser.Returned(Browser.Location(answer))["error"]);
    }

    [Fact]
    public async Task A_client_without_the_grant_may_not_ask_for_a_code()
    {
        var client = await Registered.WebApp(host, client => client with { Grants = [GrantType.ClientCredentials] });
        var answer = await new Browser(host).Authorize(("client_id", client.Id), ("redirect_uri", Registered.Redirect));
        Assert.Equal("unauthorized_client", Browser.Returned(Browser.Location(answer))["error"]);
    }

    [Fact]
    public async Task The_request_may_be_posted_and_unknown_parameters_are_ignored()
    {
        var browser = new Browser(host);
        var form = Browser.Returned("?" + Browser.Request(("display", "touch"), ("ui_locales", "de"), ("whatever", "1")));
        var answer = await browser.SignIn(
            await browser.Follow(await browser.Post("/demo/oauth/authorize", form.Select(p => (p.Key, p.Value)))));
        Assert.StartsWith("/demo/consent", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state", 16385)]
    [InlineData("nonce", 513)]
    public async Task What_is_too_long_is_refused(string name, int length)
    {
        var form = Browser.Returned("?" + Browser.Request((name, new string('x', length))));
        var answer = await new Browser(host).Post("/demo/oauth/authorize", form.Select(p => (p.Key, p.Value)));
        Assert.Equal("invalid_request", Browser.Returned(Browser.Location(answer))["error"]);
    }

    [Fact]
    public async Task No_script_of_another_origin_may_read_the_endpoint()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/demo/oauth/authorize?{Browser.Request()}");
        request.Headers.Add("Origin", "capacitor://localhost");
        Assert.False((await host.Http.SendAsync(request)).Headers.Contains("Access-Control-Allow-Origin"));
    }

    [System.Text.RegularExpressions.GeneratedRegex("""name="back" value="/[^"]*""")]
    private static partial System.Text.RegularExpressions.Regex BackButton();
}
