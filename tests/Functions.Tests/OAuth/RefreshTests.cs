using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>RFC 6749 §6 with the rotation of RFC 9700 §4.14.2 and Latchkey's retry window.</summary>
public sealed class RefreshTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_refresh_rotates_the_refresh_token()
    {
        var first = await host.SessionTokens();
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        Assert.NotEqual(first.RefreshToken!, second.RefreshToken!);
        Assert.NotEqual(first.AccessToken, second.AccessToken);
        Assert.Equal(SessionOf(first), SessionOf(second));
        await AssertLive(second, true);
    }

    [Fact]
    public async Task Of_fifty_parallel_refreshes_four_are_answered_with_one_live_successor_and_the_user_stays_signed_in()
    {
        var first = await host.SessionTokens();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.Refresh("demo", first.RefreshToken!)));
        var good = answers.Where(answer => answer.IsSuccessStatusCode).ToList();
        Assert.Equal(1 + Client.MaxRetries, good.Count);
        foreach (var answer in answers.Except(good)) await AssertRefused(answer);
        var tokens = await Task.WhenAll(good.Select(answer => answer.Read<TokenAnswer>()));
        var successor = Assert.Single(tokens.Select(token => token.RefreshToken!).Distinct());
        foreach (var token in tokens) await AssertLive(token, true);
        await host.Refresh("demo", successor).Is(200);
    }

    [Fact]
    public async Task A_lost_answer_is_repeated_inside_the_retry_window()
    {
        var first = await host.SessionTokens();
        var lost = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromSeconds(119));
        var again = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        Assert.Equal(lost.RefreshToken!, again.RefreshToken!);
    }

    [Fact]
    public async Task A_generation_is_retried_three_times_and_each_retry_is_an_audit_entry_and_a_metric_of_its_own()
    {
        var counted = new List<string>();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "latchkey.refresh.retried") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (counted) counted.Add(string.Join(' ', tags.ToArray().Select(tag => $"{tag.Value}")));
        });
        listener.Start();
        var first = await host.SessionTokens();
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        for (var retry = 0; retry < 3; retry++)
            Assert.Equal(second.RefreshToken!, Refresh(await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>()));
        for (var more = 0; more < 2; more++) await AssertRefused(await host.Refresh("demo", first.RefreshToken!));
        lock (counted)
        {
            Assert.True(counted.Count(tags => tags == "demo ok") >= 3);
            Assert.True(counted.Count(tags => tags == "demo refused") >= 2);
        }

        var admin = await host.Admin();
        List<AuditAnswer> entries = [];
        await Eventually.True(async () => (entries = [.. (await admin.All<AuditAnswer>("audit?type=refresh-retry", "entries", 50))
            .Where(entry => entry.Target == SessionOf(first))]).Count == 5);
        Assert.All(entries, entry => Assert.Equal("first-party", entry.Client));
        Assert.Equal(["ok", "ok", "ok", "invalid_grant", "invalid_grant"], entries.Select(entry => entry.Result).OrderDescending());
        Assert.Contains(entries, entry => entry.Detail == "retry 2 of generation 2");

        // The session lives on, and its next generation has retries of its own.
        var third = await host.Refresh("demo", second.RefreshToken!).Read<TokenAnswer>();
        Assert.Equal(third.RefreshToken!, Refresh(await host.Refresh("demo", second.RefreshToken!).Read<TokenAnswer>()));
    }

    [Fact]
    public async Task Of_two_retries_at_once_at_the_cap_one_is_answered()
    {
        for (var round = 0; round < 5; round++)
        {
            var first = await host.SessionTokens();
            await host.Refresh("demo", first.RefreshToken!).Is(200);
            for (var retry = 0; retry < 2; retry++) await host.Refresh("demo", first.RefreshToken!).Is(200);
            var answers = await Task.WhenAll(host.Refresh("demo", first.RefreshToken!), host.Refresh("demo", first.RefreshToken!));
            Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_user_who_may_do_less_than_the_app_asks_for_is_given_less_at_each_refresh_too()
    {
        const string asked = "openid offline_access files.read files.write admin";
        var tokens = await host.Tokens("demo", scope: asked);
        Assert.Equal("openid offline_access files.read files.write", tokens.Scope);
        for (var time = 0; time < 2; time++)
        {
            tokens = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "first-party"),
                ("refresh_token", tokens.RefreshToken!), ("scope", asked)).Read<TokenAnswer>();
            Assert.Equal("openid offline_access files.read files.write", tokens.Scope);
        }
        // What was not asked for at the sign-in is still too much.
        var wider = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "first-party"),
            ("refresh_token", tokens.RefreshToken!), ("scope", $"{asked} files.share"));
        await wider.Refused("invalid_scope");
    }

    [Fact]
    public async Task A_refresh_token_from_before_it_named_its_user_is_still_taken()
    {
        var tokens = await host.SessionTokens();
        var parts = tokens.RefreshToken!.Split('.');
        Assert.Equal(5, parts.Length);
        var former = $"{parts[0]}.{parts[1]}.{parts[3]}";
        former += $".{await host.Service<Macs>().Make("refresh", "demo", former, default)}";
        var next = await host.Refresh("demo", former).Read<TokenAnswer>();
        Assert.Equal(5, next.RefreshToken!.Split('.').Length);
        await host.Refresh("demo", next.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task The_predecessor_after_the_retry_window_revokes_the_session()
    {
        var first = await host.SessionTokens();
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromSeconds(120));
        await AssertRefused(await host.Refresh("demo", first.RefreshToken!));
        await AssertRefused(await host.Refresh("demo", second.RefreshToken!));
    }

    [Fact]
    public async Task A_token_two_generations_old_revokes_the_session_and_its_access_tokens()
    {
        var first = await host.SessionTokens();
        var second = await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>();
        var third = await host.Refresh("demo", second.RefreshToken!).Read<TokenAnswer>();
        await AssertLive(third, true);
        await AssertRefused(await host.Refresh("demo", first.RefreshToken!));
        await AssertRefused(await host.Refresh("demo", third.RefreshToken!));
        foreach (var token in new[] { first, second, third }) await AssertLive(token, false);
    }

    [Fact]
    public async Task A_strict_client_has_no_retry_window()
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var clients = host.Service<ClientStore>();
        var client = (await clients.Find(tenant, "first-party", default))!;
        await clients.Save(tenant, client with { Id = "strict", RetryWindowSeconds = 0 }, default);
        var first = await host.Token("demo", ("grant_type", "password"), ("client_id", "strict"),
            ("username", "alice"), ("password", "alice-password")).Read<TokenAnswer>();
        await With("strict", first).Is(200);
        await AssertRefused(await With("strict", first));
    }

    [Fact]
    public async Task The_scope_never_widens()
    {
        var first = await host.Tokens("demo", scope: "files.read");
        var wider = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "first-party"),
            ("refresh_token", first.RefreshToken!), ("scope", "files.read files.write"));
        await wider.Refused("invalid_scope");
        Assert.Equal("files.read", (await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>()).Scope);
    }

    [Fact]
    public async Task A_narrower_scope_is_for_this_access_token_only()
    {
        var first = await host.Tokens("demo", scope: "files.read files.write");
        var narrow = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "first-party"),
            ("refresh_token", first.RefreshToken!), ("scope", "files.read")).Read<TokenAnswer>();
        Assert.Equal("files.read", narrow.Scope);
        var wide = await host.Refresh("demo", narrow.RefreshToken!).Read<TokenAnswer>();
        Assert.Equal("files.read files.write", wide.Scope);
    }

    [Fact]
    public async Task A_right_that_a_role_lost_is_gone_at_the_next_refresh()
    {
        await using var host = await TestHost.Start(); // The role is other tests' too.
        var first = await host.Tokens("demo", "admin", "files.read admin");
        Assert.Equal("files.read admin", first.Scope);
        var tenants = host.Service<TenantStore>();
        var tenant = (await tenants.Find("demo", default))!;
        await tenants.Save(
            tenant with { Roles = new Dictionary<string, Role> { ["admin"] = new("admin", Latchkey.Protocol.Scope.Of("files.read")) } },
            default);
        host.Clock.Advance(TimeSpan.FromSeconds(31)); // The cache's time.
        Assert.Equal("files.read", (await host.Refresh("demo", first.RefreshToken!).Read<TokenAnswer>()).Scope);
    }

    [Fact]
    public async Task A_client_that_lost_all_that_a_session_was_granted_gives_it_nothing_else()
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var clients = host.Service<ClientStore>();
        var client = (await clients.Find(tenant, "first-party", default))! with { Id = "shrunk" };
        await clients.Save(tenant, client, default);
        var first = await host.Token("demo", ("grant_type", "password"), ("client_id", "shrunk"),
            ("username", "alice"), ("password", "alice-password"), ("scope", "files.read")).Read<TokenAnswer>();
        await clients.Save(tenant, client with { Scope = Latchkey.Protocol.Scope.Of("files.write") }, default);
        host.Clock.Advance(TimeSpan.FromSeconds(31)); // The cache's time.
        await With("shrunk", first).Refused("invalid_scope");
    }

    [Fact]
    public async Task A_session_that_is_not_used_ends_and_a_used_one_ends_at_its_absolute_end()
    {
        var idle = await host.SessionTokens();
        var used = await host.SessionTokens();
        for (var day = 0; day < 87; day += 29)
        {
            host.Clock.Advance(TimeSpan.FromDays(29));
            used = await host.Refresh("demo", used.RefreshToken!).Read<TokenAnswer>();
        }
        await AssertRefused(await host.Refresh("demo", idle.RefreshToken!));
        host.Clock.Advance(TimeSpan.FromDays(4));
        await AssertRefused(await host.Refresh("demo", used.RefreshToken!));
    }

    [Fact]
    public async Task Another_tenants_or_clients_refresh_token_is_refused_and_harms_nobody()
    {
        var first = await host.SessionTokens();
        await AssertRefused(await host.Refresh("acme", first.RefreshToken!));
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var clients = host.Service<ClientStore>();
        await clients.Save(tenant, (await clients.Find(tenant, "first-party", default))! with { Id = "other" }, default);
        await AssertRefused(await With("other", first));
        await host.Refresh("demo", first.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task A_forged_refresh_token_is_refused_without_asking_storage()
    {
        var good = Refresh(await host.SessionTokens());
        var parts = good.Split('.');
        var roundTrips = host.Service<RoundTrips>();
        var before = roundTrips.Count;
        foreach (var forged in new[]
        {
            "x", "...", good + "A", good + "=", good
                + "\n", $" {good}", OtherSpelling(good), good[..^1], $"{parts[0]}.{parts[1]}.{parts[2]}.2.{parts[4]}",
            $"20991231.{parts[1]}.{parts[2]}.{parts[3]}.{parts[4]}", $"{parts[0]}.{parts[1]}.{parts[0]}.{parts[3]}.{parts[4]}",
            $"{parts[0]}.{parts[1]}.{parts[3]}.{parts[4]}", $"{parts[0]}.{parts[1]}.{parts[2]}.{parts[3]}.{new string('A', 43)}",
            new string('a', 5000), "\u202e\U0001F600",
        })
        {
            await AssertRefused(await host.Refresh("demo", forged));
        }
        Assert.Equal(before, roundTrips.Count);
        await host.Refresh("demo", good).Is(200);
    }

    Task<HttpResponseMessage> With(string client, TokenAnswer tokens) => host.Token("demo",
        ("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", tokens.RefreshToken!));

    // The check that every protected endpoint makes.
    async Task AssertLive(TokenAnswer tokens, bool expected)
    {
        var jwt = new JsonWebToken(tokens.AccessToken);
        var token = new Http.AccessToken("demo", jwt.Subject, "first-party", Latchkey.Protocol.Scope.None,
            jwt.Id, jwt.GetPayloadValue<string>("sid"));
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var live = await Record.ExceptionAsync(() => host.Service<IssuedTokens>().EnsureLive(tenant, token, null, default)) is null;
        Assert.Equal(expected, live);
    }

    static async Task AssertRefused(HttpResponseMessage answer) =>
        await answer.Refused("invalid_grant");

    // The last character of 43 holds two bits that no byte of the 32 has.
    static string OtherSpelling(string token)
    {
        const string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return token[..^1] + digits[digits.IndexOf(token[^1], StringComparison.Ordinal) ^ 1];
    }

    static string Refresh(TokenAnswer tokens) => tokens.RefreshToken!;

    static string Access(TokenAnswer tokens) => tokens.AccessToken;

    static string SessionOf(TokenAnswer tokens) => new JsonWebToken(tokens.AccessToken).GetPayloadValue<string>("sid");
}
