using Latchkey.Keys;
using Latchkey.Storage;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>Keys change without anybody noticing: on two instances of one deployment, with the clock in hand.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    const string Timer = "rotate-keys";

    SharedAccount shared = null!;
    TestHost a = null!;
    TestHost b = null!;

    public async Task InitializeAsync()
    {
        shared = await SharedAccount.Create();
        a = await shared.Start();
        b = await shared.Start();
    }

    public async Task DisposeAsync() => await shared.DisposeAsync();

    [Fact]
    public async Task No_instance_signs_with_a_key_that_another_has_not_published_for_as_long_as_verifiers_may_cache()
    {
        var old = await a.SigningKid();
        var publishedSince = new Dictionary<(TestHost, string), DateTimeOffset>();
        var switched = new List<DateTimeOffset>();
        await a.Published();
        await b.Published();
        shared.Clock.Advance(TimeSpan.FromSeconds(20));
        await a.Rotate();
        var rotated = shared.Clock.Now;

        for (var step = 0; step < 90; step++)
        {
            foreach (var host in (TestHost[])[a, b])
                foreach (var kid in await host.Published()) publishedSince.TryAdd((host, kid), shared.Clock.Now);
            foreach (var host in (TestHost[])[a, b])
            {
                var token = await host.AccessToken();
                var kid = new JsonWebToken(token).Kid;
                await a.Opens(token);
                await b.Opens(token);
                if (kid == old) continue;
                switched.Add(shared.Clock.Now);
                foreach (var other in (TestHost[])[a, b])
                    Assert.True(shared.Clock.Now - publishedSince[(other, kid)] >= TimeSpan.FromMinutes(5),
                        $"{kid} was published {publishedSince[(other, kid)]:T}.");
            }
            shared.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.InRange(switched[0] - rotated, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10.5));
        Assert.Equal(2, switched.Count(at => at == switched[0])); // Both at the same moment.
    }

    [Fact]
    public async Task The_timer_rotates_after_90_days_and_removes_the_old_key_a_day_after_it_stopped_to_sign()
    {
        var old = await a.SigningKid();
        shared.Clock.Advance(TimeSpan.FromDays(89.9));
        await b.RunTimer(Timer);
        Assert.Equal([old], await a.Published());

        shared.Clock.Advance(TimeSpan.FromDays(0.2));
        await b.RunTimer(Timer);
        await b.RunTimer(Timer);
        Assert.Equal(2, (await a.Published()).Count);
        Assert.Equal(2, (await a.Published("RS256")).Count);
        Assert.Equal(old, await a.SigningKid());
        shared.Clock.Advance(TimeSpan.FromMinutes(10));
        var last = await a.AccessToken();
        Assert.Equal(old, new JsonWebToken(last).Kid);
        shared.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(old, await a.SigningKid());
        await b.Opens(last);

        shared.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(2));
        await b.RunTimer(Timer);
        Assert.Contains(old, await a.Published());
        shared.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.DoesNotContain(old, await a.Published()); // By the clock, however late the timer is.
        Assert.Equal(6, (await a.Keys()).Count);
        await b.RunTimer(Timer);
        Assert.Equal(["ES256", "HS256", "HS256", "RS256"], (await a.Keys()).Select(key => key.Algorithm).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_refresh_token_outlives_the_key_that_made_it()
    {
        var refresh = (await a.Tokens("demo")).RefreshToken!;
        for (var month = 0; month < 3; month++)
        {
            await b.Rotate();
            shared.Clock.Advance(TimeSpan.FromDays(29));
            await a.RunTimer(Timer);
            refresh = await b.Refreshed(refresh);
        }
        Assert.Equal(4, (await a.Keys()).Count(key => key.Algorithm == "HS256"));

        shared.Clock.Advance(TimeSpan.FromDays(365));
        await a.RunTimer(Timer); // Makes the fifth.
        Assert.Equal(2, (await a.Keys()).Count(key => key.Algorithm == "HS256"));
    }

    [Fact]
    public async Task A_retry_of_a_refresh_across_the_change_of_keys_gets_a_successor_that_works()
    {
        var first = (await a.Tokens("demo")).RefreshToken!;
        await a.Rotate();
        shared.Clock.Advance(TimeSpan.FromMinutes(9.5));
        await a.Refreshed(first);
        shared.Clock.Advance(TimeSpan.FromMinutes(1));
        var retried = await b.Refreshed(first);
        await a.Refreshed(retried);
    }

    [Fact]
    public async Task A_made_up_refresh_token_costs_one_reading_of_the_keys_in_30_seconds()
    {
        var refresh = (await a.Tokens("demo")).RefreshToken!;
        var forged = refresh[..^43] + new string('A', 43);
        shared.Clock.Advance(TimeSpan.FromSeconds(31));
        await a.Refresh("demo", forged);
        var before = a.Service<RoundTrips>().Count;
        for (var n = 0; n < 5; n++) await a.Refresh("demo", forged).Is(400);
        Assert.Equal(0, a.Service<RoundTrips>().Count - before);
    }

    [Fact]
    public async Task Commands_at_once_on_both_instances_make_one_key()
    {
        await a.AccessToken();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => (n % 2 == 0 ? a : b).Rotate()));
        Assert.Equal(6, (await b.Rotate()).Count); // Nor does another while the new key waits.
        Assert.Equal(2, (await a.Published()).Count);
        var pending = answers[0].Single(key => key.Algorithm == "ES256" && key.SignsUntil is null);
        var old = answers[0].Single(key => key.Algorithm == "ES256" && key.SignsUntil is not null);
        Assert.Equal(pending.SignsFrom, old.SignsUntil);
        Assert.Equal(old.SignsUntil + TimeSpan.FromHours(24), old.PublishedUntil);
        Assert.InRange(pending.SignsFrom - pending.Created, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10.1));
    }

    [Fact]
    public async Task A_tenant_that_fails_does_not_stop_the_others_and_an_idle_run_asks_no_vault()
    {
        await a.AccessToken();
        await a.AccessToken("acme");
        shared.Clock.Advance(TimeSpan.FromDays(91));
        shared.Vault.FailOnce(429);
        await a.RunTimer(Timer);
        var sizes = new[] { await a.Published(), await a.Published(tenant: "acme") }.Select(kids => kids.Count);
        Assert.Equal(3, sizes.Sum());
        await a.RunTimer(Timer);
        shared.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(4, (await a.Published()).Count + (await a.Published(tenant: "acme")).Count);

        var cold = await shared.Start();
        shared.Vault.Forget();
        var before = cold.Service<RoundTrips>().Count;
        await cold.RunTimer(Timer);
        Assert.Equal(1, cold.Service<RoundTrips>().Count - before);
        Assert.Empty(shared.Vault.Calls);
    }

    [Fact]
    public async Task A_rotation_while_the_vault_is_down_stores_nothing()
    {
        var kid = await a.SigningKid();
        await shared.Vault.Down();
        await Assert.ThrowsAsync<SigningUnavailableException>(() => a.Rotate());
        shared.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal([kid], await a.Published());
        Assert.Equal(kid, await a.SigningKid());
    }
}
