using System.Net;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth;
using Microsoft.IdentityModel.JsonWebTokens;
using static Latchkey.Tests.Callers.AdminClient;

namespace Latchkey.Tests.Admin;

/// <summary>Disabling, signing out or demoting a user holds, whatever becomes of the request that does it.</summary>
public sealed class UserEndsTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        admin = await host.Admin();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("disable", 120)]
    [InlineData("password", 40)]
    [InlineData("sessions", 40)]
    [InlineData("delete", 40)]
    public async Task None_of_many_sessions_goes_on_when_the_caller_hangs_up_in_the_middle(string how, int sessions)
    {
        var id = await admin.UserId("alice");
        var before = (await User(id))!;
        var tokens = await SignIns("alice", sessions);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await HangUp(how, id, () => User(id), now => now is null || now.SignedOutAt != before.SignedOutAt);
        foreach (var answer in await Task.WhenAll(tokens.Select(each => host.Refresh("demo", each.RefreshToken!))))
            await answer.Refused("invalid_grant");
        Assert.All(await Task.WhenAll(tokens.Select(each => host.Try(each.AccessToken))), status => Assert.Equal(401, status));
    }

    [Fact]
    public async Task Nobody_acts_as_administrator_after_a_demotion_that_was_cut_off_and_the_sessions_go_on_without_it()
    {
        var id = await admin.UserId("bob");
        await admin.ChangeUser(id, new { roles = Texts("member", "admin") });
        var tokens = await SignIns("bob", 40);
        Assert.All(tokens, each => Assert.Contains("admin", each.Scope, StringComparison.Ordinal));
        await HangUp("demote", id, () => User(id), now => now!.Roles.Count == 1);
        // What was handed out before is held to the roles too.
        await host.Send(HttpMethod.Get, "/demo/admin/users", tokens[0].AccessToken).Fails(403, "insufficient_scope");
        Assert.Equal(200, await host.Try(tokens[0].AccessToken));
        foreach (var answer in await Task.WhenAll(tokens.Select(each => host.Refresh("demo", each.RefreshToken!))))
        {
            var next = await answer.Read<TokenAnswer>();
            Assert.DoesNotContain("admin", next.Scope, StringComparison.Ordinal);
            Assert.Equal(["member"], new JsonWebToken(next.AccessToken).GetPayloadValue<string[]>("roles"));
            Assert.Equal(403, (int)(await host.Send(HttpMethod.Get, "/demo/admin/users", next.AccessToken)).StatusCode);
        }
    }

    [Fact]
    public async Task A_new_role_and_a_new_name_count_from_the_next_refresh()
    {
        var id = await admin.UserId("bob");
        var tokens = await host.Tokens("demo", "bob", "openid profile files.read");
        await admin.ChangeUser(id, new { roles = Texts("member", "admin"), name = "Robert" });
        var next = await host.Refresh("demo", tokens.RefreshToken!).Read<TokenAnswer>();
        var jwt = new JsonWebToken(next.AccessToken);
        Assert.Equal(["member", "admin"], jwt.GetPayloadValue<string[]>("roles"));
        Assert.Equal("Robert", jwt.GetPayloadValue<string>("name"));
        Assert.Equal("openid profile files.read", next.Scope); // Never wider than the sign-in.
        var idToken = new JsonWebToken(next.IdToken);
        Assert.Equal(("Robert", "bob"), (idToken.GetPayloadValue<string>("name"), idToken.GetPayloadValue<string>("preferred_username")));
    }

    [Fact]
    public async Task Another_instance_knows_within_five_seconds_and_refuses_a_refresh_at_once()
    {
        await using var other = await TestHost.Start(clock: host.Clock, settings: new()
        {
            ["Latchkey:Storage:ConnectionString"] = host.Service<Settings>().ConnectionString,
            ["Latchkey:Origin"] = host.Origin,
        });
        var (disabled, demoted) = (await other.Tokens("demo"), await other.Tokens("demo", "bob"));
        Assert.Equal((200, 200), (await other.Try(disabled.AccessToken), await other.Try(demoted.AccessToken)));
        await admin.Patch($"users/{await admin.UserId("alice")}", new { disabled = true });
        await admin.Patch($"users/{await admin.UserId("bob")}", new { roles = Texts() });
        await other.Refresh("demo", disabled.RefreshToken!).Refused("invalid_grant");
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(401, await other.Try(disabled.AccessToken));
        Assert.Equal(403, await other.Try(demoted.AccessToken));
    }

    [Fact]
    public async Task What_begins_with_the_user_as_they_were_has_ended_before_it_began()
    {
        var tenant = await host.Tenant("demo");
        var (id, users) = (await admin.UserId("alice"), host.Service<UserStore>());
        var read = (await User(id))!;
        await admin.Do(HttpMethod.Put, $"users/{id}/password", new { password = "a-new-password" });
        Assert.Null(await users.TryChangePassword(tenant, read, "x", default));
        // As a sign-in that had looked at the password a moment before.
        var client = (await host.Service<ClientStore>().Find(tenant, "first-party", default))!;
        var signIn = new Latchkey.OAuth.SignIn(tenant, client, read, Latchkey.Protocol.Scope.Of("files.read"),
            Latchkey.Sessions.Authentication.ByPassword(host.Clock.Now));
        var late = await host.Service<Latchkey.OAuth.SessionIssuer>().Start(signIn, new("", ""), Latchkey.Http.KeyBinding.None, default);
        await host.Refresh("demo", late.RefreshToken!).Refused("invalid_grant");
        Assert.Equal(401, await host.Try(late.AccessToken));
    }

    [Fact]
    public async Task Two_sign_outs_in_one_instant_are_two()
    {
        var id = await admin.UserId("alice");
        var first = await host.Tokens("demo");
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { user = id });
        var second = await host.Tokens("demo");
        await host.Refresh("demo", first.RefreshToken!).Refused("invalid_grant");
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { user = id });
        await host.Refresh("demo", second.RefreshToken!).Refused("invalid_grant");
        await host.Refresh("demo", (await host.Tokens("demo")).RefreshToken!).Is(200);
    }

    [Fact]
    public async Task The_links_of_a_disabled_user_serve_nobody_until_the_user_is_back()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var id = await admin.UserId("alice");
        await admin.Do(HttpMethod.Put, $"groups/family/members/{id}", new { role = "owner" }, 200);
        await admin.Do(HttpMethod.Put, $"groups/family/members/{await admin.UserId("bob")}", new { role = "editor" }, 200);
        // One to her own file, one that she made to somebody else's.
        var links = new[] { await Link(await alice.Upload([1])), await Link(await bob.Upload([2], space: "group:family")) };
        await admin.ChangeUser(id, new { disabled = true });
        foreach (var link in links)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(link)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.PostAsync(link, TestHost.Form())).StatusCode);
        }
        await admin.ChangeUser(id, new { disabled = false });
        foreach (var link in links) Assert.Equal(HttpStatusCode.SeeOther, (await host.Http.PostAsync(link, TestHost.Form())).StatusCode);

        async Task<string> Link(string file) => (await alice.Share(file, new { link = new { }, access = "read" })).Link!.Url!;
    }

    [Fact]
    public async Task An_operators_token_in_a_tenant_ends_with_the_token_that_it_was_got_with_and_with_the_operators_role()
    {
        var operators = await host.Operator();
        await operators.AddUser(new { userName = "olga", password = "olga-password", roles = Texts("operator") });
        var tokens = await host.Token("operator", ("grant_type", "password"), ("client_id", "cli"),
            ("username", "olga"), ("password", "olga-password")).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromSeconds(800));
        var late = await host.Send(HttpMethod.Post, "/operator/admin/tenants/demo/token", tokens.AccessToken, new { })
            .Read<OperatorTokenAnswer>();
        Assert.InRange(late.ExpiresIn, 99, 100);
        var inside = late.AccessToken;
        Assert.True(new JsonWebToken(inside).ValidTo <= new JsonWebToken(tokens.AccessToken).ValidTo);
        Assert.Equal(200, (int)(await host.Send(HttpMethod.Get, "/demo/admin/users", inside)).StatusCode);
        host.Clock.Advance(TimeSpan.FromSeconds(101));
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, "/demo/admin/users", inside)).StatusCode);

        tokens = await host.Token("operator", ("grant_type", "refresh_token"), ("client_id", "cli"),
            ("refresh_token", tokens.RefreshToken!)).Read<TokenAnswer>();
        inside = (await host.Send(HttpMethod.Post, "/operator/admin/tenants/demo/token", tokens.AccessToken, new { })
            .Read<OperatorTokenAnswer>()).AccessToken;
        Assert.Equal(200, (int)(await host.Send(HttpMethod.Get, "/demo/admin/users", inside)).StatusCode);
        operators = await host.Operator();
        await operators.Patch($"users/{await operators.UserId("olga")}", new { roles = Texts() });
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, "/demo/admin/users", inside)).StatusCode);
    }

    async Task<List<TokenAnswer>> SignIns(string user, int count)
    {
        var tokens = new List<TokenAnswer>();
        foreach (var some in Enumerable.Range(0, count).Chunk(8))
            tokens.AddRange(await Task.WhenAll(some.Select(_ => host.SessionTokens(user))));
        return tokens;
    }

    // Sends the request and cuts the connection as soon as its first write is to be seen.
    async Task HangUp<T>(string how, string id, Func<Task<T>> look, Func<T, bool> isWritten)
    {
        using var connection = new HttpClient { BaseAddress = host.Http.BaseAddress };
        using var cut = new CancellationTokenSource();
        var (method, path, body) = how switch
        {
            "disable" => (HttpMethod.Patch, $"users/{id}", (object)new { disabled = true }),
            "demote" => (HttpMethod.Patch, $"users/{id}", new { roles = Texts("member") }),
            "password" => (HttpMethod.Put, $"users/{id}/password", new { password = "a-new-password" }),
            "sessions" => (HttpMethod.Post, "sessions/revoke", new { user = id }),
            _ => (HttpMethod.Delete, $"users/{id}", new { }),
        };
        var request = new HttpRequestMessage(method, $"/demo/admin/{path}") { Content = System.Net.Http.Json.JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", admin.Token);
        var sending = connection.SendAsync(request, cut.Token);
        while (!isWritten(await look())) await Task.Yield();
        await cut.CancelAsync();
        await Task.WhenAny(sending);
    }

    async Task<User?> User(string id) => await host.Service<UserStore>().Find("demo", id, default);
}
