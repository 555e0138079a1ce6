namespace Latchkey.Tests.OAuth;

/// <summary>Wrong passwords are slowed, then locked, per account and per address.</summary>
public sealed class LockoutTests : IAsyncLifetime
{
    TestHost host = null!;

    public async Task InitializeAsync() =>
        host = await TestHost.Start(settings: new() { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" });

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Five_failures_slow_the_account_and_ten_lock_it()
    {
        for (var failure = 0; failure < 5; failure++) Assert.Equal(400, (int)(await Try("alice", "wrong")).StatusCode);
        foreach (var wait in new[] { 1, 2, 4, 8, 16 })
        {
            Assert.Equal(wait, await RefusedFor("alice", "alice-password"));
            host.Clock.Advance(TimeSpan.FromSeconds(wait));
            Assert.Equal(400, (int)(await Try("alice", "wrong")).StatusCode);
        }
        Assert.Equal(900, await RefusedFor("alice", "alice-password"));
        Assert.Equal(900, await RefusedFor(" ALICE ", "alice-password")); // However it is typed.
        Assert.Equal(200, (int)(await Try("bob", "bob-password")).StatusCode);
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(200, (int)(await Try("alice", "alice-password")).StatusCode);
    }

    [Fact]
    public async Task A_good_sign_in_clears_the_account()
    {
        for (var failure = 0; failure < 4; failure++) await Try("alice", "wrong");
        Assert.Equal(200, (int)(await Try("alice", "alice-password")).StatusCode);
        for (var failure = 0; failure < 4; failure++) Assert.Equal(400, (int)(await Try("alice", "wrong")).StatusCode);
        Assert.Equal(200, (int)(await Try("alice", "alice-password")).StatusCode);
    }

    [Fact]
    public async Task A_refresh_clears_nothing()
    {
        var tokens = await host.SignIn("demo");
        for (var failure = 0; failure < 5; failure++) await Try("alice", "wrong");
        await TestHost.Json(await host.Refresh("demo", tokens.GetProperty("refresh_token").GetString()!), 200);
        Assert.Equal(1, await RefusedFor("alice", "alice-password"));
    }

    [Fact]
    public async Task An_unknown_name_is_answered_like_a_wrong_password()
    {
        for (var failure = 0; failure < 5; failure++)
        {
            var (unknown, wrong) = (await Try("nobody", "x"), await Try("alice", "x"));
            Assert.Equal(await unknown.Content.ReadAsStringAsync(), await wrong.Content.ReadAsStringAsync());
        }
        Assert.Equal(1, await RefusedFor("nobody", "x"));
    }

    [Fact]
    public async Task Good_sign_ins_at_once_do_not_block_each_other()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Try("alice", "alice-password")));
        Assert.All(answers, answer => Assert.Equal(200, (int)answer.StatusCode));
    }

    [Fact]
    public async Task Wrong_passwords_at_once_are_all_counted()
    {
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Try("alice", "wrong")));
        Assert.Equal(900, await RefusedFor("alice", "alice-password"));
    }

    [Fact]
    public async Task An_address_that_tries_many_accounts_is_locked_and_others_are_not()
    {
        const string attacker = "203.0.113.7:4242";
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Try($"user{n}", "wrong", attacker)));
        Assert.Equal(429, (int)(await Try("alice", "alice-password", attacker)).StatusCode);
        Assert.Equal(429, (int)(await Try("alice", "alice-password", "198.51.100.1, 203.0.113.7")).StatusCode);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        // A valid account of the attacker's own clears nothing for the address.
        Assert.Equal(200, (int)(await Try("bob", "bob-password", attacker)).StatusCode);
        await Try("user50", "wrong", attacker);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(429, (int)(await Try("alice", "alice-password", attacker)).StatusCode);
        Assert.Equal(200, (int)(await Try("alice", "alice-password", "203.0.113.8")).StatusCode);
    }

    [Fact]
    public async Task Without_a_proxy_a_forwarded_address_is_the_callers_own_word()
    {
        await using var direct = await TestHost.Start();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Try($"user{n}", "wrong", $"203.0.113.{n}", direct: direct)));
        Assert.Equal(429, (int)(await Try("alice", "alice-password", "198.51.100.1", direct: direct)).StatusCode);
    }

    [Fact]
    public async Task Another_tenants_account_of_the_same_name_is_not_locked()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Try("alice", "wrong")));
        await TestHost.Json(await Try("alice", "alice-password", tenant: "acme"), 200);
    }

    async Task<int> RefusedFor(string user, string password)
    {
        var answer = await Try(user, password);
        await TestHost.Json(answer, 429);
        return (int)answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
    }

    Task<HttpResponseMessage> Try(string user, string password, string address = "192.0.2.1", string tenant = "demo", TestHost? direct = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{tenant}/oauth/token")
        {
            Content = TestHost.Form(
                ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", password)),
        };
        request.Headers.Add("X-Forwarded-For", address);
        return (direct ?? host).Http.SendAsync(request);
    }
}
