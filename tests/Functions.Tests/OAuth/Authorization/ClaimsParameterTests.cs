using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>The claims parameter (OpenID Connect Core §5.5): a claim counts as its scope.</summary>
public sealed class ClaimsParameterTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_claim_needs_the_consent_that_its_scope_needs_and_is_then_told()
    {
        var browser = new Browser(host);
        var consent = await browser.SignIn(await browser.Authorize(
            ("scope", "openid"), ("claims", Claims("""{"email":{"essential":true},"x":null}"""))));
        var html = WebUtility.HtmlDecode(await (await browser.Follow(consent)).Content.ReadAsStringAsync());
        Assert.Contains("See your email address", html, StringComparison.Ordinal);
        var code = Browser.Returned(Browser.Location(await browser.Consent(consent)))["code"];
        var tokens = await browser.Redeem(code).Read<TokenAnswer>();
        Assert.Equal("openid email", tokens.Scope);
        Assert.Equal("alice@demo.example", new JsonWebToken(tokens.IdToken).GetPayloadValue<string>("email"));
        var told = await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken).Json();
        Assert.Equal("alice@demo.example", told.GetProperty("email").GetString());
        // Without asking, no more than was allowed.
        var silent = await browser.Authorize(("scope", "openid"), ("prompt", "none"), ("claims", Claims("""{"groups":null}""")));
        Assert.Equal("consent_required", Browser.Returned(Browser.Location(silent))["error"]);
    }

    [Fact]
    public async Task A_claim_whose_scope_the_client_may_not_have_is_ignored_and_so_is_the_parameter_without_openid()
    {
        var client = await Registered.WebApp(host,
            client => client with { FirstParty = true, RequirePkce = false, Scope = Latchkey.Protocol.Scope.Of("openid", "profile") });
        var pushed = await host.Http.PostAsync("/demo/oauth/par", TestHost.Form(
            ("client_id", client.Id), ("client_secret", Registered.Secret),
            ("redirect_uri", Registered.Redirect), ("response_type", "code"), ("scope", "openid"),
            ("claims", Claims("""{"email":null,"nickname":null}""")))).Read<PushedAnswer>(201);
        var browser = new Browser(host);
        var answer = await browser.SignIn(
            await browser.Get($"/demo/oauth/authorize?client_id={client.Id}&request_uri={Uri.EscapeDataString(pushed.RequestUri)}"));
        var tokens = await host.Token("demo", ("grant_type", "authorization_code"), ("client_id", client.Id),
            ("client_secret", Registered.Secret), ("code", Browser.Returned(Browser.Location(answer))["code"]),
            ("redirect_uri", Registered.Redirect)).Read<TokenAnswer>();
        Assert.Equal("openid profile", tokens.Scope);
        var plain = new Browser(host);
        var asked = await plain.Answer(("scope", "files.read"), ("claims", Claims("""{"email":null}""")));
        Assert.Equal("files.read", (await plain.Redeem(asked["code"]).Read<TokenAnswer>()).Scope);
    }

    [Fact]
    public async Task Another_user_than_sub_names_must_sign_in_as_that_user()
    {
        var admin = await host.Admin();
        var (alice, bob) = (await admin.UserId("alice"), await admin.UserId("bob"));
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize());
        var value = Claims($$$"""{"sub":{"value":"{{{bob}}}"}}""");
        var silent = await browser.Authorize(("prompt", "none"), ("claims", value));
        Assert.Equal("login_required", Browser.Returned(Browser.Location(silent))["error"]);
        var wrong = await browser.SignIn(await browser.Authorize(("claims", value)));
        Assert.Equal("login_required", Browser.Returned(Browser.Location(wrong))["error"]);
        var right = await browser.SignIn(await browser.Authorize(("claims", value)), "bob");
        Assert.StartsWith("/demo/consent?", Browser.Location(right), StringComparison.Ordinal);
        var either = Claims($$$"""{"sub":{"values":["{{{alice}}}","{{{bob}}}"]}}""");
        Assert.StartsWith("/demo/consent?", Browser.Location(await browser.Authorize(("claims", either))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_essential_context_asks_for_a_second_factor_as_acr_values_does()
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize());
        var admin = await host.Admin();
        await admin.Patch("accounts", new { secondFactor = "offered" });
        try
        {
            var silent = await browser.Authorize(("prompt", "none"), ("claims", """{"id_token":{"acr":{"essential":true,"value":"2"}}}"""));
            Assert.Equal("login_required", Browser.Returned(Browser.Location(silent))["error"]);
        }
        finally
        {
            await admin.Patch("accounts", new { secondFactor = "off" });
        }
    }

    [Theory]
    [InlineData("""{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}""", "unmet_authentication_requirements")]
    [InlineData("""{"id_token":{"acr":{"essential":true,"value":"2"}}}""", "unmet_authentication_requirements")]
    [InlineData("""{"id_token":{"acr":{"essential":true,"values":["1","2"]}}}""", "consent_required")]
    [InlineData("""{"id_token":{"acr":{"value":"2"}}}""", "consent_required")]
    [InlineData("""{"userinfo":{"acr":{"essential":true,"value":"2"}}}""", "consent_required")]
    [InlineData("[]", "invalid_request")]
    [InlineData("{", "invalid_request")]
    [InlineData(" ", "invalid_request")]
    [InlineData("""{"userinfo":null}""", "invalid_request")]
    [InlineData("""{"userinfo":{"email":true}}""", "invalid_request")]
    [InlineData("""{"userinfo":{"email":{"essential":"yes"}}}""", "invalid_request")]
    [InlineData("""{"userinfo":{"sub":{"values":"x"}}}""", "invalid_request")]
    [InlineData("""{"userinfo":{"sub":{"value":"x","values":["x"]}}}""", "invalid_request")]
    [InlineData("""{"userinfo":{"email":null,"email":null}}""", "invalid_request")]
    [InlineData("""{"userinfo":{"email":{"value":[[[[1]]]]}}}""", "invalid_request")]
    [InlineData("""{"userinfo":{"\ud800":null}}""", "invalid_request")]
    [InlineData("""{"userinfo":{"sub":{"value":"\ud800"}}}""", "invalid_request")]
    [InlineData("long", "invalid_request")]
    public async Task What_is_essential_is_kept_or_refused_and_what_is_malformed_is_refused(string claims, string error)
    {
        var browser = new Browser(host);
        await browser.SignIn(await browser.Authorize());
        var value = claims == "long" ? $$$"""{"userinfo":{"{{{new string('x', 4096)}}}":null}}""" : claims;
        var answer = await browser.Authorize(("scope", "openid profile files.read"), ("prompt", "none"), ("claims", value));
        Assert.Equal(error, Browser.Returned(Browser.Location(answer))["error"]);
    }

    static string Claims(string members) => $$$$"""{"id_token":{{{{members}}}},"userinfo":{"name:of:nobody":{"essential":false}}}""";
}
