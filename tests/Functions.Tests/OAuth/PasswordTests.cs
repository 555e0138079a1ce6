using Latchkey.OAuth;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth;

/// <summary>User names and passwords as attackers type them.</summary>
public sealed class PasswordTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("\uFFFE")]
    [InlineData("alice\uFFFE")]
    [InlineData("\uFFFF")]
    [InlineData("\uFDD0")]
    [InlineData("\U0010FFFF")]
    [InlineData("\u0300")]
    [InlineData(" ")]
    [InlineData("\u202Eecila")]
    [InlineData("alice|")]
    [InlineData("id|alice")]
    public async Task A_name_of_any_characters_is_at_worst_unknown(string userName)
    {
        var answer = await SignIn(userName, "alice-password");
        await answer.Refused("invalid_grant");
    }

    [Theory]
    [InlineData("alice", "files.read admin", "files.read")] // What the roles do not give is left out.
    [InlineData("admin", "files.read admin", "files.read admin")]
    [InlineData("alice", "admin", null)]
    public async Task The_scope_is_within_what_the_users_roles_give(string userName, string asked, string? given)
    {
        var answer = await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"),
            ("username", userName), ("password", $"{userName}-password"), ("scope", asked));
        var json = await answer.Json(given is null ? 400 : 200);
        Assert.Equal(given ?? "invalid_scope", json.GetProperty(given is null ? "error" : "scope").GetString());
    }

    [Fact]
    public void A_name_that_is_not_valid_UTF_16_can_be_normalized() =>
        Assert.Equal(UserStore.Normalize("A\uFFFD"), UserStore.Normalize("a\uD800"));

    [Fact]
    public async Task An_unknown_name_asks_storage_as_often_as_a_wrong_password()
    {
        await SignIn("alice", "wrong"); // Makes the day's table.
        Assert.Equal(await Count(() => SignIn("alice", "wrong")), await Count(() => SignIn("nobody", "wrong")));
    }

    [Fact]
    public async Task A_hash_that_is_renewed_at_sign_in_never_replaces_a_newer_password()
    {
        var users = host.Service<UserStore>();
        var tenant = (await host.Service<TenantStore>().Find("acme", default))!;
        var signingIn = (await users.FindByName(tenant, "bob", default))!;
        Assert.True(await users.TryRehash(tenant, signingIn, await host.Service<Passwords>().Hash("changed", default), default));
        Assert.False(await users.TryRehash(tenant, signingIn, await host.Service<Passwords>().Hash("bob-password", default), default));
        await SignIn("bob", "changed", "acme").Is(200);
    }

    async Task<long> Count(Func<Task> steps)
    {
        var before = host.Service<RoundTrips>().Count;
        await steps();
        return host.Service<RoundTrips>().Count - before;
    }

    Task<HttpResponseMessage> SignIn(string userName, string password, string tenant = "demo") => host.Token(tenant,
        ("grant_type", "password"), ("client_id", "first-party"), ("username", userName), ("password", password));
}
