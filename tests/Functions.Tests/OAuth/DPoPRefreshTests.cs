namespace Latchkey.Tests.OAuth;

/// <summary>RFC 9449 §5: refresh tokens of public clients are bound to the key of the sign-in.</summary>
public sealed class DPoPRefreshTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_refresh_needs_the_key_of_the_sign_in_and_a_thief_does_no_harm()
    {
        using var app = new DPoPApp(host);
        using var thief = new DPoPApp(host);
        var first = await app.SignIn();
        await host.Refresh("demo", first.RefreshToken!).Refused("invalid_grant");
        await thief.Refresh(first.RefreshToken!).Refused("invalid_grant");
        var second = await app.Refresh(first.RefreshToken!).Read<TokenAnswer>();
        var third = await app.Refresh(second.RefreshToken!).Read<TokenAnswer>();
        await thief.Refresh(first.RefreshToken!).Refused("invalid_grant"); // Old, but not the app: no reuse.
        Assert.Equal("DPoP", third.TokenType);
        await app.Refresh(third.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task The_predecessor_may_be_retried_for_as_long_as_the_successor_is_unused()
    {
        using var app = new DPoPApp(host);
        var first = await app.SignIn();
        var lost = await app.Refresh(first.RefreshToken!).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromDays(20));
        app.Nonce = null;
        var again = await app.Refresh(first.RefreshToken!).Read<TokenAnswer>();
        Assert.Equal(lost.RefreshToken!, again.RefreshToken!);
        var third = await app.Refresh(again.RefreshToken!).Read<TokenAnswer>();
        await app.Refresh(first.RefreshToken!).Refused("invalid_grant"); // Used: now it is reuse.
        await app.Refresh(third.RefreshToken!).Refused("invalid_grant");
    }

    [Fact]
    public async Task A_strict_client_has_no_retry_with_DPoP_either()
    {
        await host.AddClient("strict-dpop", client => client with { RetryWindowSeconds = 0 });
        using var app = new DPoPApp(host);
        var first = await app.SignIn("strict-dpop");
        await app.Refresh(first.RefreshToken!, "strict-dpop").Is(200);
        await app.Refresh(first.RefreshToken!, "strict-dpop").Refused("invalid_grant");
    }

    [Fact]
    public async Task Thirty_parallel_refreshes_with_one_key_give_one_successor()
    {
        using var app = new DPoPApp(host);
        var first = await app.SignIn();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => app.Refresh(first.RefreshToken!)));
        var tokens = await Task.WhenAll(answers.Select(answer => answer.Read<TokenAnswer>()));
        await app.Refresh(Assert.Single(tokens.Select(answer => answer.RefreshToken!).Distinct())).Is(200);
    }

    [Fact]
    public async Task A_confidential_clients_refresh_token_is_not_bound_but_its_access_token_is()
    {
        await host.AddConfidential("server");
        using var app = new DPoPApp(host);
        using var nextKey = new DPoPApp(host);
        var first = await app.SignIn("server", secret: TestClients.Secret);
        var second = await nextKey.Refresh(first.RefreshToken!, "server", TestClients.Secret).Read<TokenAnswer>();
        Assert.Equal(200, (int)(await nextKey.Send(HttpMethod.Get, "/demo/files", second.AccessToken)).StatusCode);
        Assert.Equal(401, (int)(await app.Send(HttpMethod.Get, "/demo/files", second.AccessToken)).StatusCode);
    }

    [Fact]
    public async Task A_session_from_before_DPoP_becomes_bound_with_its_first_proof()
    {
        using var app = new DPoPApp(host);
        var first = await host.SessionTokens();
        var second = await app.Refresh(first.RefreshToken!).Read<TokenAnswer>();
        Assert.Equal(second.RefreshToken!, (await app.Refresh(first.RefreshToken!).Read<TokenAnswer>()).RefreshToken!); // A lost answer.
        await host.Refresh("demo", second.RefreshToken!).Refused("invalid_grant");
        await app.Refresh(second.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task A_thief_who_binds_a_stolen_session_is_found_out_when_the_app_refreshes()
    {
        using var thief = new DPoPApp(host);
        var first = await host.SessionTokens();
        var stolen = await thief.Refresh(first.RefreshToken!).Read<TokenAnswer>();
        await host.Refresh("demo", first.RefreshToken!).Refused("invalid_grant");
        await thief.Refresh(stolen.RefreshToken!).Refused("invalid_grant");
        Assert.Equal(401, (int)(await thief.Send(HttpMethod.Get, "/demo/files", stolen.AccessToken)).StatusCode);
    }
}
