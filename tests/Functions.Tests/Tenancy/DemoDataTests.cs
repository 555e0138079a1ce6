using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth;

namespace Latchkey.Tests.Tenancy;

/// <summary>The demo data of README.md: cheap to make, since every start of a developer and of a test waits for it, and made
/// once.</summary>
public sealed class DemoDataTests
{
    [Fact]
    public async Task A_first_start_takes_fifteen_requests_to_storage()
    {
        await using var host = await TestHost.Start(copyDemo: false);
        // Four tables are made; a row or more of three tenants in each, of two in Groups.
        Assert.Equal(15, host.Service<RoundTrips>().Count);
        await host.Tokens("demo");
        await host.Tokens("acme", "bob");
        await host.Tokens("demo", "admin");
    }

    [Fact]
    public async Task What_was_changed_since_the_last_start_stays()
    {
        var account = (await Azurite.Shared).NewAccount();
        await using var first = await Start(account);
        var (tenant, users, groups) = (await first.Tenant("demo"), first.Service<UserStore>(), first.Service<GroupStore>());
        Assert.True(await first.Service<TenantStore>().TryReplace(tenant with { Color = "#123456" }, default));
        var (alice, bob) = (await users.FindByName(tenant, "alice", default), await users.FindByName(tenant, "bob", default));
        Assert.True(await users.TryReplace(tenant, alice! with { Disabled = true }, default));
        Assert.True(await users.TryDelete(tenant, bob!, default));
        Assert.True(await groups.TryRemoveMember("demo", "family", bob!.Id, default));
        var admin = (await first.Tokens("demo", "admin")).AccessToken;
        await TestHost.Json(await first.Send(HttpMethod.Patch, "/demo/admin/clients/mobile", admin,
            new { redirectUris = new[] { "http://localhost:5555/callback" } }), 200);

        await using var second = await Start(account);
        tenant = await second.Tenant("demo");
        Assert.Equal("#123456", tenant.Color);
        var uris = (await second.Service<ClientStore>().Find(tenant, "mobile", default))!.RedirectUris;
        Assert.Contains("http://localhost:5555/callback", uris); // A developer's own, who need not add it at each start.
        Assert.Contains("http://localhost:8100/callback", uris);
        Assert.True((await second.Service<UserStore>().Find(tenant, alice!.Id, default))!.Disabled);
        await second.Tokens("demo", "bob"); // Who is missing is made again.
        Assert.Equal(3, (await second.Service<UserStore>().List(tenant, null, 100, default)).Count);
        Assert.Equal([(alice.Id, GroupRole.Owner)], await second.Service<GroupStore>().Members("demo", "family", null, 100, default));
    }

    [Fact]
    public async Task A_start_that_died_between_tenant_and_users_is_finished_by_the_next()
    {
        var account = (await Azurite.Shared).NewAccount();
        await using var first = await Start(account);
        var (tenant, users) = (await first.Tenant("acme"), first.Service<UserStore>());
        foreach (var user in await users.List(tenant, null, 100, default)) Assert.True(await users.TryDelete(tenant, user, default));
        Assert.True(await first.Service<GroupStore>().TryDelete("acme", "family", default));

        await using var second = await Start(account);
        await second.Tokens("acme");
        Assert.Equal(2, (await second.Service<GroupStore>().Members("acme", "family", null, 100, default)).Count);
    }

    [Fact]
    public async Task Starts_at_once_make_everybody_once()
    {
        var account = (await Azurite.Shared).NewAccount();
        var hosts = await Task.WhenAll(Start(account), Start(account), Start(account));
        foreach (var host in hosts)
        {
            var tenant = await host.Tenant("demo");
            Assert.Equal(3, (await host.Service<UserStore>().List(tenant, null, 100, default)).Count);
            Assert.Equal(2, (await host.Service<GroupStore>().Members("demo", "family", null, 100, default)).Count);
            await host.Tokens("demo");
            await host.DisposeAsync();
        }
    }

    static Task<TestHost> Start(string account) =>
        TestHost.Start(settings: new() { ["Latchkey:Storage:ConnectionString"] = account }, copyDemo: false);
}
