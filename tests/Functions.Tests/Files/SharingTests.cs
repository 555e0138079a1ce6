using System.Text.Json;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files;

/// <summary>Files shared with users and groups of the tenant.</summary>
public sealed class SharingTests : IAsyncLifetime
{
    TestHost host = null!;
    FilesClient alice = null!;
    FilesClient bob = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        await SignIn();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    async Task SignIn() => (alice, bob) = (await host.As("alice"), await host.As("bob"));

    [Fact]
    public async Task Who_was_given_a_file_to_read_reads_it_and_does_no_more()
    {
        var id = await alice.Upload([1, 2, 3], "été.jpg", "private");
        Assert.Equal(404, (int)(await bob.Send(HttpMethod.Get, $"/{id}")).StatusCode);
        var share = await Share(id, new { with = new { user = "bob" }, access = "read" });
        Assert.Equal(("read", "Bob"), (share.Access, share.With!.Name));

        Assert.Equal("shared", (await bob.Read(id)).Space);
        Assert.Equal([1, 2, 3], await (await bob.Download(id)).Content.ReadAsByteArrayAsync());
        foreach (var (method, path, json) in Writes(id)) await bob.Send(method, path, json).Fails(403, "insufficient_rights");
        await bob.Send(HttpMethod.Get, $"/{id}/shares").Fails(403, "insufficient_rights");
        Assert.Empty((await bob.List("?folder=private")).Files);
        var listed = Assert.Single((await bob.List("?space=shared")).Files);
        Assert.Equal((id, "shared", "read"), (listed.Id, listed.Space, listed.Access));
        var copy = await bob.Copy(id, new { });
        Assert.Equal("available", (await bob.Read(copy.Id)).Status);

        // From the other side.
        var access = Assert.Single((await alice.Shares(id)));
        Assert.Equal((share.Id, await host.UserId("bob")), (access.Id, access.With!.User));
    }

    [Fact]
    public async Task Who_was_given_a_file_to_write_renames_and_deletes_it_but_not_for_good_and_shares_it_not()
    {
        var id = await alice.Upload([1], "before");
        await Share(id, new { with = new { user = "bob" }, access = "write" });
        Assert.Equal("after", (await bob.Change(id, new { name = "after" })).Name);
        Assert.Equal("after", Assert.Single((await bob.List("?space=shared")).Files).Name);
        Assert.Equal(403,
            (int)(await bob.Send(HttpMethod.Post, $"/{id}/shares", new { with = new { user = "admin" }, access = "read" })).StatusCode);
        await bob.Send(HttpMethod.Delete, $"/{id}?permanent=true").Fails(403, "insufficient_rights");
        Assert.Equal(204, (int)(await bob.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        await bob.Send(HttpMethod.Post, $"/{id}/restore").Fails(404, "file_not_found"); // The trash is alice's.
        await alice.Restore(id);
    }

    [Fact]
    public async Task Completing_what_somebody_else_shared_does_not_call_it_ones_own()
    {
        var id = await alice.Upload([1], "to write");
        await Share(id, new { with = new { user = "bob" }, access = "write" });
        Assert.Equal("shared", (await bob.Completed(id)).Space);
    }

    [Fact]
    public async Task A_share_ends_at_its_time_and_when_it_is_taken_back()
    {
        var id = await alice.Upload([1], "for a while");
        var until = host.Clock.Now.AddMinutes(5).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'",
            System.Globalization.CultureInfo.InvariantCulture);
        var share = await Share(id, new { with = new { user = "bob" }, access = "read", until });
        await bob.Read(id);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        await bob.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
        Assert.Empty((await bob.List("?space=shared")).Files);
        Assert.Empty((await alice.Shares(id)));

        // Given anew, the sweep of the first leaves it.
        await Share(id, new { with = new { user = await host.UserId("bob") }, access = "read" });
        await host.RunTimer("files-sweep");
        await bob.Read(id);
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}/shares/{share.Id}")).StatusCode);
        await bob.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
        await alice.Send(HttpMethod.Delete, $"/{id}/shares/{share.Id}").Fails(404, "share_not_found");
        Assert.Empty(await Rows("share|"));
        Assert.Empty(await Index());
    }

    [Fact]
    public async Task An_ended_share_is_swept_with_its_index()
    {
        var id = await alice.Upload([1], "for a while");
        await Share(id,
            new { with = new { user = "bob" }, access = "read", until = host.Clock.Now.AddMinutes(5).UtcDateTime.ToString("O") });
        await Share(id, new { link = new { }, access = "read", until = host.Clock.Now.AddMinutes(5).UtcDateTime.ToString("O") });
        await host.RunTimer("files-sweep");
        Assert.Equal(2, (await Rows("share|")).Count);
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await host.RunTimer("files-sweep");
        Assert.Empty(await Rows("share|"));
        Assert.Empty(await Index());
    }

    [Fact]
    public async Task A_file_shared_with_a_group_is_its_members_as_long_as_they_are_members()
    {
        var id = await alice.Upload([1], "for the family");
        await Share(id, new { with = new { group = "family" }, access = "read" });
        await bob.Read(id);
        Assert.Equal(id, Assert.Single((await bob.List("?space=shared")).Files).Id);
        await host.Service<GroupStore>().TryRemoveMember("demo", "family", await host.UserId("bob"), default);
        host.Clock.Advance(host.Service<Settings>().CacheTime);
        await bob.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
        Assert.Empty((await bob.List("?space=shared")).Files);
    }

    [Fact]
    public async Task Many_shared_files_are_listed_page_by_page_over_user_and_groups()
    {
        await Task.WhenAll(Enumerable.Range(0, 7).Select(async n => await Share(await alice.Upload([1], $"{n}"),
            n < 4 ? new { with = (object)new { user = "bob" }, access = "read" }
                : new { with = (object)new { group = "family" }, access = "read" })));
        var deleted = (await bob.List("?space=shared")).Files[0].Id;
        await alice.Send(HttpMethod.Delete, $"/{deleted}");
        var (names, cursor) = (new List<string>(), "");
        do
        {
            var page = await bob.List($"?space=shared&limit=2{cursor}");
            names.AddRange(page.Files.Select(file => file.Name));
            cursor = page.Cursor is null ? null : $"&cursor={page.Cursor}";
        }
        while (cursor is not null);
        Assert.Equal(6, names.Distinct().Count());
        Assert.Equal(6, names.Count);
        await bob.Send(HttpMethod.Get, "?space=shared&cursor=AAAA").Fails(400, "invalid_cursor");
        await bob.Send(HttpMethod.Get, "?space=shared&sort=name").Fails(400, "invalid_query");
    }

    [Fact]
    public async Task In_a_groups_space_its_owners_share_and_nobody_else()
    {
        var id = await alice.Upload([1], "ours", space: "group:family");
        Assert.Equal("share",
            (await bob.Send(HttpMethod.Post, $"/{id}/shares", new { with = new { user = "admin" }, access = "read" })
                .Problem(403)).Text("right"));
        await Share(id, new { with = new { user = "admin" }, access = "read" });
        await (await host.As("admin")).Read(id);
    }

    [Fact]
    public async Task Sharing_again_changes_the_share_and_sharing_needs_its_scope()
    {
        var id = await alice.Upload([1], "twice");
        var first = await Share(id, new { with = new { user = "bob" }, access = "read" });
        var second = await Share(id, new { with = new { user = "BOB" }, access = "write" });
        Assert.Equal(first.Id, second.Id);
        Assert.Single(await Rows("share|"));
        var limited = new FilesClient(host, (await host.Tokens("demo", "alice", "files.read files.write")).AccessToken);
        foreach (var (method, path) in new[] { (HttpMethod.Post, ""), (HttpMethod.Get, ""), (HttpMethod.Delete, $"/{first.Id}") })
            await limited.Send(method, $"/{id}/shares{path}", new { }).Fails(403, "insufficient_scope");
        var pending = (await alice.Begin(FilesClient.Declaration())).Id;
        await alice.Send(HttpMethod.Post, $"/{pending}/shares", new { with = new { user = "bob" }, access = "read" })
            .Fails(409, "file_pending");
    }

    [Fact]
    public async Task A_user_of_another_tenant_can_be_given_nothing()
    {
        var id = await alice.Upload([1], "here");
        var there = await host.UserId("bob", "acme");
        await alice.Send(HttpMethod.Post, $"/{id}/shares", new { with = new { user = there }, access = "read" })
            .Fails(404, "user_not_found");
    }

    [Fact]
    public async Task Purging_a_file_ends_its_shares()
    {
        var id = await alice.Upload([1], "gone");
        await Share(id, new { with = new { user = "bob" }, access = "read" });
        await Share(id, new { link = new { password = "x" }, access = "read" });
        await alice.Send(HttpMethod.Delete, $"/{id}");
        Assert.Equal(404, (int)(await bob.Send(HttpMethod.Get, $"/{id}")).StatusCode);
        Assert.Empty((await bob.List("?space=shared")).Files);
        await alice.Restore(id);
        Assert.Single((await bob.List("?space=shared")).Files);
        await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true");
        Assert.Empty(await Rows("share|"));
        Assert.Empty(await Index());
    }

    [Fact]
    public async Task Deciding_on_a_shared_file_takes_one_more_query()
    {
        var id = await alice.Upload([1], "counted");
        await Share(id, new { with = new { user = "bob" }, access = "read" });
        await bob.Read(id);
        var before = host.Service<RoundTrips>().Count;
        await bob.Read(id);
        Assert.Equal(3, host.Service<RoundTrips>().Count - before); // Revocation, record, shares.
    }

    Task<ShareAnswer> Share(string id, object share) => alice.Share(id, share);

    async Task<List<string>> Rows(string start) => await Keys(row => row.RowKey.StartsWith(start, StringComparison.Ordinal));

    async Task<List<string>> Index() => await Keys(row => row.PartitionKey.Contains("|in|", StringComparison.Ordinal));

    async Task<List<string>> Keys(Func<Azure.Data.Tables.TableEntity, bool> which)
    {
        var keys = new List<string>();
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<Azure.Data.Tables.TableEntity>())
            if (which(row)) keys.Add(row.RowKey);
        return keys;
    }

    static IEnumerable<(HttpMethod Method, string Path, object? Json)> Writes(string id) =>
    [
        (HttpMethod.Patch, $"/{id}", new { name = "mine" }), (HttpMethod.Post, $"/{id}/complete", null),
        (HttpMethod.Delete, $"/{id}", null), (HttpMethod.Delete, $"/{id}?permanent=true", null),
        (HttpMethod.Post, $"/{id}/shares", new { with = new { user = "admin" }, access = "read" }),
    ];
}

/// <summary>Shares that are refused: they leave nothing.</summary>
public sealed class SharingInputTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("{\"access\":\"read\"}", "invalid_share", 400)]
    [InlineData("{\"with\":{},\"access\":\"read\"}", "invalid_share", 400)]
    [InlineData("{\"with\":{\"user\":\"bob\",\"group\":\"family\"},\"access\":\"read\"}", "invalid_share", 400)]
    [InlineData("{\"with\":{\"user\":\"bob\"},\"link\":{},\"access\":\"read\"}", "invalid_share", 400)]
    [InlineData("{\"with\":{\"user\":\"bob\"},\"access\":\"share\"}", "invalid_share", 400)]
    [InlineData("{\"with\":{\"user\":\"bob\"}}", "invalid_json", 400)]
    [InlineData("{\"with\":{\"user\":\"nobody\"},\"access\":\"read\"}", "user_not_found", 404)]
    [InlineData("{\"with\":{\"group\":\"club\"},\"access\":\"read\"}", "group_not_found", 404)]
    [InlineData("{\"with\":{\"group\":\"a|b\"},\"access\":\"read\"}", "group_not_found", 404)]
    [InlineData("{\"with\":{\"user\":\"bob\"},\"access\":\"read\",\"until\":\"2020-01-01T00:00:00Z\"}", "invalid_share", 400)]
    [InlineData("{\"with\":{\"user\":\"bob\"},\"access\":\"read\",\"until\":\"tomorrow\"}", "invalid_share", 400)]
    [InlineData("{\"with\":{\"user\":\"bob\"},\"access\":\"read\",\"until\":\"9999-01-01T00:00:00Z\"}", "invalid_share", 400)]
    [InlineData("{\"link\":{},\"access\":\"write\"}", "invalid_share", 400)]
    [InlineData("{\"link\":{\"maxDownloads\":0},\"access\":\"read\"}", "invalid_share", 400)]
    [InlineData("{\"link\":{\"password\":\"\"},\"access\":\"read\"}", "invalid_share", 400)]
    public async Task A_share_that_is_none_is_refused_and_leaves_nothing(string body, string code, int status)
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "not shared");
        await alice.Send(HttpMethod.Post, $"/{id}/shares", JsonDocument.Parse(body).RootElement).Fails(status, code);
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<Azure.Data.Tables.TableEntity>())
        {
            Assert.DoesNotContain("share|", row.RowKey, StringComparison.Ordinal);
            Assert.DoesNotContain("|in|", row.PartitionKey, StringComparison.Ordinal);
        }
    }
}
