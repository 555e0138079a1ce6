using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.OAuth;

/// <summary>RFC 9449 §5 and §10: codes and DPoP.</summary>
public sealed class DPoPCodeTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_public_clients_session_is_bound_to_the_key_that_redeemed_its_code()
    {
        using var app = new DPoPApp(host);
        var tokens = await app.Token(Redeem(await Code())).Read<TokenAnswer>();
        Assert.Equal("DPoP", tokens.TokenType);
        await app.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken).Is(200);
        await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "mobile"),
            ("refresh_token", tokens.RefreshToken!)).Refused("invalid_grant");
        await app.Refresh(tokens.RefreshToken!, "mobile").Is(200);
    }

    [Fact]
    public async Task A_code_that_names_a_key_is_redeemed_with_that_key_only()
    {
        using var app = new DPoPApp(host);
        using var thief = new DPoPApp(host);
        var code = await Code(("dpop_jkt", app.Key.Thumbprint));
        await host.Token("demo", Redeem(code)).Refused("invalid_grant");
        await thief.Token(Redeem(code)).Refused("invalid_grant");
        await app.Token(Redeem(code)).Is(200); // The others did it no harm.
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task What_is_no_thumbprint_is_refused(string jkt)
    {
        var answer = Browser.Returned(Browser.Location(await new Browser(host).Authorize(("dpop_jkt", jkt))));
        Assert.Equal("invalid_request", answer["error"]);
    }

    [Fact]
    public async Task A_proof_at_the_pushed_request_binds_its_code()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        var reference = (await Push(app).Read<PushedAnswer>(201)).RequestUri;
        var browser = new Browser(host);
        var answer = await browser.SignIn(
            await browser.Get($"/demo/oauth/authorize?client_id=mobile&request_uri={Uri.EscapeDataString(reference)}"));
        if (Browser.Location(answer).StartsWith('/')) answer = await browser.Consent(answer);
        var code = Browser.Returned(Browser.Location(answer))["code"];
        await host.Token("demo", Redeem(code)).Refused("invalid_grant");
        await app.Token(Redeem(code)).Is(200);
    }

    [Fact]
    public async Task A_pushed_request_whose_proof_and_thumbprint_differ_is_refused()
    {
        using var app = new DPoPApp(host);
        using var other = new DPoPApp(host);
        await app.LearnNonce();
        await Push(app, ("dpop_jkt", other.Key.Thumbprint)).Refused("invalid_dpop_proof");
        await Push(app, ("dpop_jkt", app.Key.Thumbprint)).Is(201);
        await Push(app, ("dpop_jkt", "short")).Refused("invalid_dpop_proof");
        app.Nonce = null;
        await Push(app).Refused("use_dpop_nonce");
    }

    [Fact]
    public async Task A_client_that_must_use_DPoP_gets_no_token_through_the_browser()
    {
        await host.AddClient("legacy-dpop", client => client with
        {
            LegacyImplicit = true,
            RequireDpop = true,
            RedirectUris = [Browser.Loopback],
        });
        var answer = Browser.Location(await new Browser(host).Authorize(("client_id", "legacy-dpop"), ("response_type", "token")));
        Assert.Equal("unauthorized_client", Browser.Returned(answer)["error"]);
    }

    async Task<string> Code(params (string, string?)[] changes) => (await new Browser(host).Answer(changes))["code"];

    static (string, string)[] Redeem(string code) =>
    [
        ("grant_type", "authorization_code"), ("client_id", "mobile"), ("code", code),
        ("redirect_uri", Browser.Loopback), ("code_verifier", Browser.Verifier),
    ];

    async Task<HttpResponseMessage> Push(DPoPApp app, params (string, string?)[] changes)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/par")
        {
            Content = new StringContent(Browser.Request(changes), System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        request.Headers.Add("DPoP", app.Proof("POST", $"{host.Origin}/demo/oauth/par"));
        return await host.Http.SendAsync(request);
    }
}
