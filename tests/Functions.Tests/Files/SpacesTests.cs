using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files;

/// <summary>A group's and an app's space: who may read, write and share there, and who may not know of it.</summary>
public sealed class SpacesTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_groups_readers_read_and_its_owners_write()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var id = await alice.Upload([1, 2, 3], "été.jpg", "trips/été", space: "group:family");

        Assert.Equal("group:family", (await bob.Read(id)).Space);
        Assert.Equal(id, Assert.Single((await bob.List("?space=group:family&folder=trips/%C3%A9t%C3%A9")).Files).Id);
        Assert.Equal([1, 2, 3], await (await bob.Download(id)).Content.ReadAsByteArrayAsync());
        foreach (var (method, path, json) in Writes(id))
            Assert.Equal("write", await NeededRight(await bob.Send(method, path, json)));
        Assert.Equal("write", await NeededRight(await bob.Send(HttpMethod.Post, "", Declared("group:family"))));
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        Assert.Single((await bob.List("?space=group:family&trash=true")).Files);
        Assert.Equal("write", await NeededRight(await bob.Send(HttpMethod.Post, $"/{id}/restore")));
    }

    [Fact]
    public async Task An_editor_writes_and_a_removed_member_is_out_within_the_cache_time()
    {
        var bob = await host.As("bob", "acme");
        var (groups, sub) = (host.Service<GroupStore>(), await host.UserId("bob", "acme"));
        var club = new Group("club", "Club");
        Assert.True(await groups.TryCreate("acme", club, "somebody", default));
        Assert.False(await groups.TryCreate("acme", club, sub, default));
        await bob.Send(HttpMethod.Get, "?space=group:club").Fails(404, "space_not_found");

        await groups.SetMember("acme", new(club, GroupRole.Editor), sub, default);
        var id = await bob.Upload([1], "a", space: "group:club");
        Assert.Equal(["club", "family"], (await groups.Of("acme", sub, default)).Select(m => m.Group.Id));

        Assert.True(await groups.TryRemoveMember("acme", "club", sub, default));
        Assert.False(await groups.TryRemoveMember("acme", "club", sub, default));
        host.Clock.Advance(host.Service<Settings>().CacheTime);
        bob = await host.As("bob", "acme");
        foreach (var (method, path) in BadInputTests.Endpoints(id))
            await bob.Send(method, path).Fails(404, "file_not_found");
        await bob.Send(HttpMethod.Get, "?space=group:club").Fails(404, "space_not_found");
        await bob.Send(HttpMethod.Post, "", Declared("group:club")).Fails(404, "space_not_found");
    }

    [Fact]
    public async Task Everybody_can_list_the_spaces_that_they_may_use()
    {
        foreach (var (caller, spaces) in new[]
        {
            (await host.As("alice"), "me share, group:family Family share, app write"),
            (await host.As("bob"), "me share, group:family Family read, app write"),
            (await host.As("admin"), "me share, app write"),
            (await host.AsService(), "me share, app share"),
        })
        {
            var listed = (await caller.Spaces()).Select(one => string.Join(' ',
                new[] { one.Space, one.Name, one.Right }.OfType<string>()));
            Assert.Equal(spaces, string.Join(", ", listed));
        }
    }

    [Fact]
    public async Task Whoever_asks_is_told_what_each_space_holds_and_may_hold()
    {
        var bob = await host.As("bob", "acme"); // Whose own space no other test fills.
        await bob.Upload([1, 2, 3]);
        var spaces = (await host.Send(HttpMethod.Get, "/acme/spaces?usage=true", bob.Token).Json()).GetProperty("spaces");
        var own = spaces[0].GetProperty("usage");
        var limits = (await host.Service<TenantStore>().Find("acme", default))!.Limits;
        Assert.Equal([3, 1, limits.SpaceBytes, limits.SpaceFiles],
            new[] { "bytes", "files", "maxBytes", "maxFiles" }.Select(name => own.GetProperty(name).GetInt64()));
        Assert.All(spaces.EnumerateArray(), space => Assert.True(space.TryGetProperty("usage", out _)));
        var plain = (await host.Send(HttpMethod.Get, "/acme/spaces", bob.Token).Json()).GetProperty("spaces");
        Assert.All(plain.EnumerateArray(), space => Assert.False(space.TryGetProperty("usage", out _)));
        await host.Send(HttpMethod.Get, "/acme/spaces?usage=perhaps", bob.Token).Fails(400, "invalid_query");
    }

    [Fact]
    public async Task Who_is_in_no_group_may_not_know_of_its_files()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "secret", space: "group:family");
        foreach (var stranger in new[] { await host.As("admin"), await host.AsService(), await host.As("alice", "acme") })
        {
            foreach (var (method, path) in BadInputTests.Endpoints(id))
                await stranger.Send(method, path).Fails(404, "file_not_found");
        }
        // The group of this name in another tenant is another group.
        var there = await host.As("alice", "acme");
        Assert.Empty((await there.List("?space=group:family")).Files);
    }

    [Fact]
    public async Task An_apps_space_is_for_all_users_of_the_client_and_for_no_other_client()
    {
        var (alice, bob, service) = (await host.As("alice"), await host.As("bob"), await host.AsService());
        var id = await alice.Upload([1, 2], "for all", space: "app");
        Assert.Equal("app", (await bob.Read(id)).Space);
        await bob.Change(id, new { name = "by bob" });

        await service.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
        Assert.Empty((await service.List("?space=app")).Files);
        await service.Upload([1], "the service's", space: "app");
        Assert.Single((await service.List("?space=app")).Files);
        Assert.Empty((await service.List()).Files);
    }

    [Fact]
    public void Equal_ids_of_different_kinds_are_different_spaces()
    {
        var keys =
            from kind in (string[])["user", "client", "group", "app"]
            from tenant in (string[])["demo", "acme"]
            select new Latchkey.Files.Owner(kind, "x").SpaceKey(tenant);
        Assert.Equal(8, keys.Distinct().Count());
    }

    [Fact]
    public async Task Deciding_on_a_groups_file_takes_one_more_point_read_and_then_none()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "counted", space: "group:family");
        host.Clock.Advance(host.Service<Settings>().CacheTime);
        alice = await host.As("alice");
        await alice.Read(await alice.Upload([1]));
        foreach (var expected in new[] { 3, 2 }) // Revocation, record, membership.
        {
            var before = host.Service<RoundTrips>().Count;
            await alice.Read(id);
            Assert.Equal(expected, host.Service<RoundTrips>().Count - before);
        }
    }

    static object Declared(string space) => new { name = "a", contentType = "image/jpeg", size = 1, space };

    static IEnumerable<(HttpMethod Method, string Path, object? Json)> Writes(string id) =>
    [
        (HttpMethod.Patch, $"/{id}", new { name = "mine" }), (HttpMethod.Delete, $"/{id}", null),
        (HttpMethod.Delete, $"/{id}?permanent=true", null), (HttpMethod.Post, $"/{id}/complete", null),
    ];

    static async Task<string> NeededRight(HttpResponseMessage answer)
    {
        var problem = await answer.Problem(403);
        Assert.Equal("insufficient_rights", problem.Code);
        return problem.Text("right")!;
    }
}
