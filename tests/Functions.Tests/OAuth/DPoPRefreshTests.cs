namespace Latchkey.Tests.OAuth;

/// <summary>RFC 9449 §5: refresh tokens of public clients are bound to the key of the sign-in.</summary>
public sealed class DPoPRefreshTests : IAsyncLifetime
{
    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_refresh_needs_the_key_of_the_sign_in_and_a_thief_does_no_harm()
    {
        using var app = new DPoPApp(host);
        using var thief = new DPoPApp(host);
        var first = await app.SignIn();
        await TestClients.Refused(await host.Refresh("demo", first.Refresh()), "invalid_grant");
        await TestClients.Refused(await thief.Refresh(first.Refresh()), "invalid_grant");
        var second = await TestHost.Json(await app.Refresh(first.Refresh()), 200);
        var third = await TestHost.Json(await app.Refresh(second.Refresh()), 200);
        await TestClients.Refused(await thief.Refresh(first.Refresh()), "invalid_grant"); // Old, but not the app: no reuse.
        Assert.Equal("DPoP", third.GetProperty("token_type").GetString());
        await TestHost.Json(await app.Refresh(third.Refresh()), 200);
    }

    [Fact]
    public async Task The_predecessor_may_be_retried_for_as_long_as_the_successor_is_unused()
    {
        using var app = new DPoPApp(host);
        var first = await app.SignIn();
        var lost = await TestHost.Json(await app.Refresh(first.Refresh()), 200);
        host.Clock.Advance(TimeSpan.FromDays(20));
        app.Nonce = null;
        var again = await TestHost.Json(await app.Refresh(first.Refresh()), 200);
        Assert.Equal(lost.Refresh(), again.Refresh());
        var third = await TestHost.Json(await app.Refresh(again.Refresh()), 200);
        await TestClients.Refused(await app.Refresh(first.Refresh()), "invalid_grant"); // Used: now it is reuse.
        await TestClients.Refused(await app.Refresh(third.Refresh()), "invalid_grant");
    }

    [Fact]
    public async Task A_strict_client_has_no_retry_with_DPoP_either()
    {
        await host.AddClient("strict-dpop", client => client with { RetryWindowSeconds = 0 });
        using var app = new DPoPApp(host);
        var first = await app.SignIn("strict-dpop");
        await TestHost.Json(await app.Refresh(first.Refresh(), "strict-dpop"), 200);
        await TestClients.Refused(await app.Refresh(first.Refresh(), "strict-dpop"), "invalid_grant");
    }

    [Fact]
    public async Task Thirty_parallel_refreshes_with_one_key_give_one_successor()
    {
        using var app = new DPoPApp(host);
        var first = await app.SignIn();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => app.Refresh(first.Refresh())));
        var tokens = await Task.WhenAll(answers.Select(answer => TestHost.Json(answer, 200)));
        await TestHost.Json(await app.Refresh(Assert.Single(tokens.Select(TestClients.Refresh).Distinct())), 200);
    }

    [Fact]
    public async Task A_confidential_clients_refresh_token_is_not_bound_but_its_access_token_is()
    {
        await host.AddConfidential("server");
        using var app = new DPoPApp(host);
        using var nextKey = new DPoPApp(host);
        var first = await app.SignIn("server", secret: TestClients.Secret);
        var second = await TestHost.Json(await nextKey.Refresh(first.Refresh(), "server", TestClients.Secret), 200);
        Assert.Equal(200, (int)(await nextKey.Send(HttpMethod.Get, "/demo/files", second.Access())).StatusCode);
        Assert.Equal(401, (int)(await app.Send(HttpMethod.Get, "/demo/files", second.Access())).StatusCode);
    }

    [Fact]
    public async Task A_session_from_before_DPoP_becomes_bound_with_its_first_proof()
    {
        using var app = new DPoPApp(host);
        var first = await host.SignIn("demo");
        var second = await TestHost.Json(await app.Refresh(first.Refresh()), 200);
        Assert.Equal(second.Refresh(), (await TestHost.Json(await app.Refresh(first.Refresh()), 200)).Refresh()); // A lost answer.
        await TestClients.Refused(await host.Refresh("demo", second.Refresh()), "invalid_grant");
        await TestHost.Json(await app.Refresh(second.Refresh()), 200);
    }

    [Fact]
    public async Task A_thief_who_binds_a_stolen_session_is_found_out_when_the_app_refreshes()
    {
        using var thief = new DPoPApp(host);
        var first = await host.SignIn("demo");
        var stolen = await TestHost.Json(await thief.Refresh(first.Refresh()), 200);
        await TestClients.Refused(await host.Refresh("demo", first.Refresh()), "invalid_grant");
        await TestClients.Refused(await thief.Refresh(stolen.Refresh()), "invalid_grant");
        Assert.Equal(401, (int)(await thief.Send(HttpMethod.Get, "/demo/files", stolen.Access())).StatusCode);
    }
}
