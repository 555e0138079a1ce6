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
    public async Task A_refresh_clears_no_failed_sign_ins()
    {
        var tokens = await host.SessionTokens();
        await host.Fail("alice", 5);
        await host.Refresh("demo", tokens.RefreshToken!).Is(200);
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
    public async Task Of_wrong_passwords_at_once_five_are_tried_and_the_account_is_slow()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Try("alice", "wrong")));
        Assert.Equal(5, answers.Count(answer => (int)answer.StatusCode == 400));
        Assert.Equal(1, await RefusedFor("alice", "alice-password"));
    }

    [Fact]
    public async Task What_is_refused_does_not_lock_for_longer()
    {
        for (var failure = 0; failure < 5; failure++) await Try("alice", "wrong");
        for (var more = 0; more < 20; more++) Assert.Equal(429, (int)(await Try("alice", "wrong")).StatusCode);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Try("alice", "alice-password").Is(200);
    }

    [Fact]
    public async Task An_address_that_tries_many_accounts_is_locked_and_others_are_not()
    {
        const string attacker = "203.0.113.7:4242";
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Try($"user{n}", "wrong", attacker)));
        Assert.Equal(429, (int)(await Try("alice", "alice-password", attacker)).StatusCode);
        Assert.Equal(429, (int)(await Try("alice", "alice-password", "198.51.100.1, 203.0.113.7")).StatusCode);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        // A valid account of the attacker's own gives room for five, once, and clears nothing.
        Assert.Equal(200, (int)(await Try("bob", "bob-password", attacker)).StatusCode);
        Assert.Equal(200, (int)(await Try("bob", "bob-password", attacker)).StatusCode);
        for (var more = 50; more < 55; more++) Assert.Equal(400, (int)(await Try($"user{more}", "wrong", attacker)).StatusCode);
        Assert.Equal(429, (int)(await Try("alice", "alice-password", attacker)).StatusCode);
        Assert.Equal(200, (int)(await Try("alice", "alice-password", "203.0.113.8")).StatusCode);
    }

    [Fact]
    public async Task Good_sign_ins_use_up_nothing_of_an_address_and_give_it_room()
    {
        const string carrier = "203.0.113.9";
        for (var round = 0; round < 30; round++) await Task.WhenAll(Try("alice", "alice-password", carrier),
            Try("bob", "bob-password", carrier));
        await Try("admin", "admin-password", carrier).Is(200);
        for (var failure = 0; failure < 62; failure++) Assert.Equal(400, (int)(await Try($"user{failure}", "wrong", carrier)).StatusCode);
        await Try("alice", "alice-password", carrier).Is(200);
    }

    [Fact]
    public async Task The_limits_are_settings()
    {
        await using var strict = await TestHost.Start(settings: new()
        {
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
            ["Latchkey:Lockout:AccountTries"] = "2",
            ["Latchkey:Lockout:AddressTries"] = "4",
            ["Latchkey:Lockout:AddressRoom"] = "0",
            ["Latchkey:Lockout:Minutes"] = "3",
        });
        for (var failure = 0; failure < 2; failure++)
        {
            Assert.Equal(400, (int)(await Try("alice", "wrong", at: strict)).StatusCode);
            strict.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(179, await RefusedFor("alice", "alice-password", strict));
        Assert.Equal(400, (int)(await Try("nobody", "wrong", at: strict)).StatusCode);
        Assert.Equal(429, (int)(await Try("bob", "bob-password", at: strict)).StatusCode);
        Assert.Equal(200, (int)(await Try("bob", "bob-password", "192.0.2.2", at: strict)).StatusCode);
        strict.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(200, (int)(await Try("alice", "alice-password", at: strict)).StatusCode);
    }

    [Fact]
    public async Task Without_a_proxy_a_forwarded_address_is_the_callers_own_word()
    {
        await using var direct = await TestHost.Start();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Try($"user{n}", "wrong", $"203.0.113.{n}", at: direct)));
        Assert.Equal(429, (int)(await Try("alice", "alice-password", "198.51.100.1", at: direct)).StatusCode);
    }

    [Fact]
    public async Task Another_tenants_account_of_the_same_name_is_not_locked()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Try("alice", "wrong")));
        await Try("alice", "alice-password", tenant: "acme").Is(200);
    }

    [Fact]
    public async Task A_lock_lasts_across_midnight()
    {
        var midnight = new DateTimeOffset(host.Clock.Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        await Lock(midnight.AddMinutes(-5));
        host.Clock.Now = midnight.AddMinutes(9);
        Assert.Equal(60, await RefusedFor("alice", "alice-password"));

        // Once it is over one more is tried, and a wrong one locks again: yesterday's failures still count.
        host.Clock.Now = midnight.AddMinutes(10);
        await Try("alice", "wrong").Is(400);
        Assert.Equal(900, await RefusedFor("alice", "alice-password"));
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await Try("alice", "wrong").Is(400);
        Assert.Equal(900, await RefusedFor("alice", "alice-password"));

        // A right one clears both days'.
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await Try("alice", "alice-password").Is(200);
        for (var failure = 0; failure < 5; failure++) await Try("alice", "wrong").Is(400);
        Assert.Equal(1, await RefusedFor("alice", "alice-password"));
    }

    [Fact]
    public async Task An_administrator_unlocks_after_midnight_what_was_locked_before()
    {
        var midnight = new DateTimeOffset(host.Clock.Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        host.Clock.Now = midnight.AddMinutes(-5);
        await host.Fail("alice", 10);
        host.Clock.Now = midnight.AddMinutes(5);
        Assert.Equal(300, await RefusedFor("alice", "alice-password"));
        var admin = await host.Admin();
        await admin.Do(HttpMethod.Post, $"users/{await admin.UserId("alice")}/unlock");
        await Try("alice", "alice-password").Is(200);
    }

    // Ten failures, of which the last is at this time.
    async Task Lock(DateTimeOffset last)
    {
        host.Clock.Now = last.AddSeconds(-31);
        for (var failure = 0; failure < 5; failure++) await Try("alice", "wrong").Is(400);
        foreach (var wait in new[] { 1, 2, 4, 8, 16 })
        {
            host.Clock.Advance(TimeSpan.FromSeconds(wait));
            await Try("alice", "wrong").Is(400);
        }
    }

    async Task<int> RefusedFor(string user, string password, TestHost? at = null)
    {
        var answer = await Try(user, password, at: at);
        await answer.Is(429);
        return (int)answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
    }

    Task<HttpResponseMessage> Try(string user, string password, string address = "192.0.2.1", string tenant = "demo", TestHost? at = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{tenant}/oauth/token")
        {
            Content = TestHost.Form(
                ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", password)),
        };
        request.Headers.Add("X-Forwarded-For", address);
        return (at ?? host).Http.SendAsync(request);
    }
}
