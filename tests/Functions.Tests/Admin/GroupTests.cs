using System.Text.Json;
using Latchkey.Storage;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.Admin;

/// <summary>A tenant's administrator makes groups, names who is in them, and deletes them with or without their files.</summary>
public sealed class GroupTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        admin = await host.Admin();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Members_read_write_and_leave_as_the_administrator_says_at_once()
    {
        var (alice, bob) = (await admin.UserId("alice"), await admin.UserId("bob"));
        await admin.AddGroup(new { id = "club", name = "The Club", owner = alice });
        await admin.AddGroup(new { id = "band" });
        Assert.Equal(["band", "club", "family"], (await admin.All<GroupAnswer>("groups", "groups", 2)).Select(group => group.Id));
        var (first, second) = (await host.As("alice"), await host.As("bob"));
        var id = await first.Upload([1, 2, 3], space: "group:club");
        Assert.Equal(404, (int)(await second.Send(HttpMethod.Get, $"/{id}")).StatusCode);

        await admin.Do(HttpMethod.Put, $"groups/club/members/{bob}", new { role = "reader" }, 200);
        await second.Send(HttpMethod.Get, $"/{id}").Is(200);
        Assert.Equal(403, (int)(await second.Send(HttpMethod.Patch, $"/{id}", new { name = "b" })).StatusCode);
        await admin.Do(HttpMethod.Put, $"groups/club/members/{bob}", new { role = "editor" }, 200);
        await second.Change(id, new { name = "b" });
        Assert.Equal([("alice", "owner"), ("bob", "editor")], (await admin.All<MemberAnswer>("groups/club/members", "members", 1))
            .Select(member => (member.UserName, member.Role)).Order());
        await admin.Do(HttpMethod.Delete, $"groups/club/members/{bob}");
        await admin.Do(HttpMethod.Delete, $"groups/club/members/{bob}", status: 404);
        Assert.Equal(404, (int)(await second.Send(HttpMethod.Get, $"/{id}")).StatusCode);

        Assert.Equal("Our Club", Text(await admin.Patch("groups/club", new { name = "Our Club" }), "name"));
        var group = await admin.Group("club");
        Assert.Equal(("Our Club", 3, 1), (group.Name, group.Usage!.Bytes, group.Usage!.Files));
        var names = new List<string?>();
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Groups")
            .QueryAsync<Azure.Data.Tables.TableEntity>("PartitionKey eq 'demo'"))
            if (row.RowKey.Contains("club", StringComparison.Ordinal)
                && !row.RowKey.StartsWith("called|", StringComparison.Ordinal)) names.Add(row.GetString("Name"));
        Assert.Equal(["Our Club", "Our Club", "Our Club"], names);
    }

    [Fact]
    public async Task A_group_with_files_is_refused_with_their_number_and_goes_with_them_if_that_is_said()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        await alice.Upload([1, 2, 3], "a", "deep/er", space: "group:family");
        await alice.Send(HttpMethod.Delete, $"/{await alice.Upload([4], "b", space: "group:family")}");
        await alice.Begin(FilesClient.Declaration(space: "group:family"));
        var own = await alice.Upload([5], "mine");
        await alice.Share(own, new { with = new { group = "family" }, access = "read" });
        await bob.Send(HttpMethod.Get, $"/{own}").Is(200);

        var refused = await admin.Send(HttpMethod.Delete, "groups/family").Problem(409);
        Assert.Equal(("group_has_files", 3), (refused.Code, refused.Number("files")));
        await bob.Send(HttpMethod.Get, $"/{own}").Is(200); // Nothing was done.

        await admin.Do(HttpMethod.Delete, "groups/family?files=purge");
        await admin.Do(HttpMethod.Delete, "groups/family?files=purge", status: 404);
        await alice.Send(HttpMethod.Get, "?space=group:family").Fails(404, "space_not_found");
        Assert.Equal(404, (int)(await bob.Send(HttpMethod.Get, $"/{own}")).StatusCode);
        Assert.Equal([own], await Books.Blobs(host));
        await Books.Balance(host);
        // The next of this id inherits nothing.
        await admin.AddGroup(new { id = "family", owner = await admin.UserId("bob") });
        Assert.Empty((await bob.List("?space=group:family")).Files);
        Assert.Equal(404, (int)(await bob.Send(HttpMethod.Get, $"/{own}")).StatusCode);
    }

    [Fact]
    public async Task Files_that_were_written_just_as_their_group_went_are_nobody_elses()
    {
        var groups = host.Service<Latchkey.Tenancy.GroupStore>();
        var alice = await host.As("alice");
        await alice.Upload([1], space: "group:family");
        await groups.Mark("demo", "family", deleting: true, default);
        await groups.RemoveMembers("demo", "family", default);
        Assert.True(await groups.TryDelete("demo", "family", default)); // By another instance, say, that did not see the file.
        Assert.Equal("group_has_files", Text(await admin.Post("groups", new { id = "family" }, 409), "code"));
        await admin.Do(HttpMethod.Delete, "groups/family?files=purge");
        await admin.AddGroup(new { id = "family" });
        await Books.Balance(host);
    }

    [Fact]
    public async Task Of_many_creates_at_once_one_wins_and_nobody_joins_a_group_that_is_gone()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(n => admin.Send(HttpMethod.Post, "groups", new { id = "club", name = $"{n}" })));
        Assert.Single(answers, answer => (int)answer.StatusCode == 201);
        var bob = await admin.UserId("bob");
        await admin.Do(HttpMethod.Delete, "groups/club");
        await admin.Do(HttpMethod.Put, $"groups/club/members/{bob}", new { role = "reader" }, 404);
        Assert.False(await host.Service<Latchkey.Tenancy.GroupStore>()
            .SetMember("demo", new(new("club", "Club"), Latchkey.Tenancy.GroupRole.Reader), bob, default));
        await admin.AddGroup(new { id = "club" });
        Assert.Empty(await admin.All<MemberAnswer>("groups/club/members", "members", 5));
    }

    [Fact]
    public async Task Another_tenants_administrator_sees_and_changes_other_groups()
    {
        var acme = await host.Admin("acme");
        await admin.AddGroup(new { id = "club" });
        await acme.Get("groups/club", 404);
        await acme.Do(HttpMethod.Put, $"groups/family/members/{await admin.UserId("bob")}", new { role = "owner" }, 404);
    }

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>What administrators send of groups that is wrong: it changes nothing.</summary>
public sealed class GroupInputTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;

    AdminClient admin = null!;

    public async Task InitializeAsync() => admin = await host.Admin();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("POST", "groups", """{"id":"a|b"}""", 400)]
    [InlineData("POST", "groups", """{"id":""}""", 400)]
    [InlineData("POST", "groups", """{"id":"club","name":""}""", 400)]
    [InlineData("POST", "groups", """{"id":"club","owner":"nobody"}""", 400)]
    [InlineData("POST", "groups", """{"id":"club","colour":"red"}""", 400)]
    [InlineData("POST", "groups", """{"id":"family"}""", 409)]
    [InlineData("PATCH", "groups/nobody", """{"name":"x"}""", 404)]
    [InlineData("PUT", "groups/family/members/nobody", """{"role":"reader"}""", 404)]
    [InlineData("PUT", "groups/family/members/AAAAAAAAAAAAAAAAAAAAAA", """{"role":"reader"}""", 404)]
    [InlineData("PUT", "groups/family/members/AAAAAAAAAAAAAAAAAAAAAA", """{"role":"king"}""", 400)]
    [InlineData("DELETE", "groups/family?files=keep", "{}", 400)]
    public async Task Bad_input_is_refused_and_changes_nothing(string method, string path, string body, int status)
    {
        var before = (await admin.Get("groups")).GetRawText();
        var request = new HttpRequestMessage(new HttpMethod(method),
            $"/demo/admin/{path}")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", admin.Token);
        Assert.NotNull((await host.Http.SendAsync(request).Problem(status)).Code);
        Assert.Equal(before, (await admin.Get("groups")).GetRawText());
    }
}
