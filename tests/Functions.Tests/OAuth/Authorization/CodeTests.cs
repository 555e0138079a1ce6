using System.Net;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>Code → tokens: RFC 6749 §4.1.2 and §4.1.3, RFC 7636 §4.6, RFC 9700 §4.5 and §4.8.</summary>
public sealed class CodeTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task An_app_signs_its_user_in_and_gets_tokens()
    {
        var tokens = await new Browser(host).Tokens();
        Assert.Equal("Bearer", tokens.TokenType);
        Assert.Equal("openid profile files.read", tokens.Scope);
        Assert.NotNull(tokens.RefreshToken); // A native app's, without offline_access.
        Assert.NotNull(tokens.IdToken);
        await Files(tokens).Is(200);
    }

    [Fact]
    public async Task The_answer_carries_state_and_issuer()
    {
        var answer = await new Browser(host).Answer();
        Assert.Equal(["code", "iss", "state"], answer.Keys.Order());
        Assert.Equal("st 1&2", answer["state"]);
        Assert.Equal($"{host.Origin}/demo", answer["iss"]);
    }

    [Fact]
    public async Task A_hundred_parallel_exchanges_end_with_one_success_and_no_live_token()
    {
        var browser = new Browser(host);
        var code = (await browser.Answer())["code"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => browser.Redeem(code))));
        var won = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var lost in answers.Where(answer => answer != won)) await Refused(lost);
        await Dead(await won.Read<TokenAnswer>());
    }

    [Fact]
    public async Task A_valid_replay_revokes_what_the_code_gave()
    {
        var browser = new Browser(host);
        var code = (await browser.Answer())["code"];
        var tokens = await browser.Redeem(code).Read<TokenAnswer>();
        await Files(tokens).Is(200);
        await Refused(await browser.Redeem(code));
        await Dead(tokens);
    }

    [Fact]
    public async Task A_client_that_lost_all_that_was_asked_for_gets_nothing_else_instead()
    {
        var client = await Registered.WebApp(host, client => client with { FirstParty = true });
        (string, string?)[] asks = [("client_id", client.Id), ("redirect_uri", Registered.Redirect)];
        var browser = new Browser(host);
        var code = (await browser.Answer([.. asks, ("scope", "files.read")]))["code"];
        var (clients, tenant) = (host.Service<ClientStore>(), (await host.Service<TenantStore>().Find("demo", default))!);
        Assert.True(
            await clients.TryReplace(tenant, (await clients.FindNow(tenant, client.Id, default))! with { Scope = Scope.Of("files.write") },
                default));
        var answer = await browser.Redeem(code, [.. asks, ("client_secret", Registered.Secret)]);
        await answer.Refused("invalid_scope");
    }

    [Fact]
    public async Task A_replay_is_noticed_long_after_the_code_has_expired_and_after_a_refresh()
    {
        var browser = new Browser(host);
        var code = (await browser.Answer())["code"];
        var tokens = await browser.Redeem(code).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromMinutes(9));
        tokens = await Refresh(tokens).Read<TokenAnswer>();
        await Refused(await browser.Redeem(code));
        await Dead(tokens);
    }

    [Theory]
    [InlineData("code_verifier", "another-verifier-that-is-long-enough-to-be-one")]
    [InlineData("code_verifier", null)]
    [InlineData("redirect_uri", "http://127.0.0.1:51005/callback")]
    [InlineData("client_id", "first-party")]
    public async Task An_invalid_exchange_fails_and_revokes_nothing(string name, string? value)
    {
        var browser = new Browser(host);
        var code = (await browser.Answer())["code"];
        Assert.Equal(400, (int)(await browser.Redeem(code, (name, value))).StatusCode);
        var tokens = await browser.Redeem(code).Read<TokenAnswer>(); // It has spent nothing,
        Assert.Equal(400, (int)(await browser.Redeem(code, (name, value))).StatusCode);
        await Files(tokens).Is(200); // and ended nothing.
    }

    [Fact]
    public async Task A_code_is_good_for_a_minute()
    {
        var browser = new Browser(host);
        var code = (await browser.Answer())["code"];
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        await Refused(await browser.Redeem(code));
    }

    [Fact]
    public async Task The_redirect_uri_may_be_left_out_at_the_token_endpoint()
    {
        var browser = new Browser(host);
        await browser.Redeem((await browser.Answer())["code"], ("redirect_uri", null)).Is(200);
    }

    [Fact]
    public async Task A_verifier_without_a_challenge_is_a_downgrade()
    {
        var client = await Registered.WebApp(host, client => client with { RequirePkce = false });
        var browser = new Browser(host);
        var code = (await browser.Answer(("client_id", client.Id), ("redirect_uri", Registered.Redirect),
            ("code_challenge", null), ("code_challenge_method", null)))["code"];
        (string, string?)[] app = [("client_id", client.Id), ("client_secret", Registered.Secret), ("redirect_uri", Registered.Redirect)];
        await Refused(await browser.Redeem(code, app));
        await browser.Redeem(code, [.. app, ("code_verifier", null)]).Is(200);
    }

    [Fact]
    public async Task A_code_of_one_tenant_is_nothing_in_another()
    {
        var code = (await new Browser(host).Answer())["code"];
        await Refused(await new Browser(host, "acme").Redeem(code));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("20260101.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_made_up_code_is_refused(string code) => await Refused(await new Browser(host).Redeem(code));

    [Fact]
    public async Task A_code_changed_in_one_character_is_refused()
    {
        var browser = new Browser(host);
        var code = (await browser.Answer())["code"];
        await Refused(await browser.Redeem((code[^2] == 'A' ? "B" : "A") is var other ? code[..^2] + other + code[^1] : code));
    }

    [Fact]
    public async Task Until_its_code_is_redeemed_a_session_is_dead_to_every_token()
    {
        // The refresh token of a pending session, as nobody but us could make it.
        var code = (await new Browser(host).Answer())["code"];
        var sessionId = code[..code.LastIndexOf('.')];
        var mac = await host.Service<Macs>().Make("refresh", "demo", $"{sessionId}.1", CancellationToken.None);
        await Refused(
            await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "mobile"), ("refresh_token", $"{sessionId}.1.{mac}")));
    }

    [Fact]
    public async Task A_web_app_gets_a_refresh_token_only_with_offline_access()
    {
        var client = await Registered.WebApp(host);
        (string, string?)[] app = [("client_id", client.Id), ("client_secret", Registered.Secret), ("redirect_uri", Registered.Redirect)];
        foreach (var (scope, refreshable) in new[] { ("openid", false), ("openid offline_access", true) })
        {
            var browser = new Browser(host);
            var code = (await browser.Answer(("client_id", client.Id), ("redirect_uri", Registered.Redirect), ("scope", scope)))["code"];
            var tokens = await browser.Redeem(code, app).Read<TokenAnswer>();
            Assert.Equal(refreshable, tokens.RefreshToken is not null);
        }
    }

    Task<HttpResponseMessage> Files(TokenAnswer tokens) =>
        host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken);

    Task<HttpResponseMessage> Refresh(TokenAnswer tokens) => host.Token("demo", ("grant_type", "refresh_token"),
        ("client_id", "mobile"), ("refresh_token", tokens.RefreshToken!));

    async Task Dead(TokenAnswer tokens)
    {
        await Files(tokens).Is(401);
        await Refused(await Refresh(tokens));
    }

    static async Task Refused(HttpResponseMessage answer) =>
        await answer.Refused("invalid_grant");
}
