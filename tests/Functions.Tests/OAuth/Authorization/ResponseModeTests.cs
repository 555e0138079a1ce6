using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>Multiple Response Types §2.1, Form Post Response Mode, RFC 9207, and the legacy types of OIDC Core §3.2.</summary>
public sealed partial class ResponseModeTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData(null, '?')]
    [InlineData("query", '?')]
    [InlineData("fragment", '#')]
    public async Task The_answer_travels_as_the_app_asks(string? mode, char separator)
    {
        var browser = new Browser(host);
        var answer = await browser.SignIn(await browser.Authorize(("response_mode", mode)));
        if (Browser.Location(answer).StartsWith('/')) answer = await browser.Consent(answer);
        Assert.StartsWith($"{Browser.Loopback}{separator}code=", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_is_registered_is_kept()
    {
        var client = await Registered.WebApp(host, client =>
            client with { RedirectUris = ["https://app.example/cb?a=b"], FirstParty = true });
        var browser = new Browser(host);
        var answer = await browser.SignIn(
            await browser.Authorize(("client_id", client.Id), ("redirect_uri", "https://app.example/cb?a=b")));
        Assert.StartsWith("https://app.example/cb?a=b&code=", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_post_is_a_page_that_posts_itself_by_the_one_script_that_it_allows()
    {
        var client = await Registered.WebApp(host, client => client with { FirstParty = true });
        var browser = new Browser(host);
        var page = await browser.SignIn(await browser.Authorize(
            ("client_id", client.Id), ("redirect_uri", Registered.Redirect), ("response_mode", "form_post")));
        var fields = await Browser.Fields(page);
        Assert.Equal(["code", "iss", "state"], fields.Select(f => f.Item1).Order());
        Assert.Contains(("state", "st 1&2"), fields);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains($"action=\"{Registered.Redirect}\"", html, StringComparison.Ordinal);
        var script = Script().Match(html).Groups[1].Value;
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains($"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'", policy,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_travels_in_the_response_mode_of_the_request()
    {
        var page = await new Browser(host).Authorize(("response_mode", "form_post"), ("prompt", "none"));
        Assert.Equal(["error", "error_description", "iss", "state"], (await Browser.Fields(page)).Select(f => f.Item1).Order());
        var answer = await new Browser(host).Authorize(("response_mode", "fragment"), ("prompt", "none"));
        Assert.Contains("#error=login_required", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_can_be_posted_to_a_private_scheme()
    {
        var answer = await new Browser(host).Authorize(("response_mode", "form_post"), ("redirect_uri", Browser.PrivateScheme));
        Assert.StartsWith($"{Browser.PrivateScheme}?error=invalid_request", Browser.Location(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token", true, false)]
    [InlineData("id_token", false, true)]
    [InlineData("id_token token", true, true)]
    [InlineData("token id_token", true, true)]
    public async Task A_legacy_client_gets_tokens_in_the_fragment_and_never_a_refresh_token(string type, bool access, bool id)
    {
        var client = await Registered.WebApp(host, client => client with { LegacyImplicit = true, SecretHashes = [] });
        var browser = new Browser(host);
        var location = await Implicit(browser, client.Id, type);
        Assert.StartsWith($"{Registered.Redirect}#", location, StringComparison.Ordinal);
        var returned = Browser.Returned(location);
        Assert.False(returned.ContainsKey("refresh_token") || returned.ContainsKey("code"));
        Assert.Equal(access, returned.ContainsKey("access_token"));
        Assert.Equal(id, returned.ContainsKey("id_token"));
        Assert.Equal("st 1&2", returned["state"]);
        Assert.Equal($"{host.Origin}/demo", returned["iss"]);
        if (access) await host.Send(HttpMethod.Get, "/demo/files", returned["access_token"]).Is(200);
        if (id)
        {
            var token = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(returned["id_token"]);
            Assert.Equal("n-0S6_WzA2Mj", token.GetPayloadValue<string>("nonce"));
            Assert.Equal(access, token.TryGetPayloadValue<string>("at_hash", out _));
        }
    }

    [Theory]
    [InlineData("response_mode", "query")]
    [InlineData("nonce", null)]
    [InlineData("scope", "files.read")]
    public async Task A_legacy_request_that_would_be_unsafe_is_refused_in_the_fragment(string name, string? value)
    {
        var client = await Registered.WebApp(host, client => client with { LegacyImplicit = true });
        var answer = await new Browser(host).Authorize(("client_id", client.Id), ("redirect_uri", Registered.Redirect),
            ("response_type", "id_token token"), (name, value));
        Assert.Contains("#error=invalid_request", Browser.Location(answer), StringComparison.Ordinal);
    }

    static async Task<string> Implicit(Browser browser, string clientId, string type)
    {
        var answer = await browser.SignIn(await browser.Authorize(("client_id", clientId), ("redirect_uri", Registered.Redirect),
            ("response_type", type), ("scope", "openid files.read"), ("code_challenge", null), ("code_challenge_method", null)));
        return Browser.Location(await browser.Consent(answer));
    }

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();
}
