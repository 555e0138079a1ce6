using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth;

namespace Latchkey.Tests.Admin;

/// <summary>The deletion of a group, or of a client with its files, that broke off is finished without anybody asking again.</summary>
public sealed class GroupRemovalTests : IAsyncLifetime
{
    CuttableStorage storage = null!;
    TestHost host = null!;
    AdminOf admin = null!;

    public async Task InitializeAsync()
    {
        storage = await CuttableStorage.Start();
        host = await TestHost.Start(settings: new() { ["Latchkey:Storage:ConnectionString"] = storage.Account });
        admin = await AdminOf.Tenant(host);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await storage.DisposeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_groups_deletion_that_broke_off_is_finished_by_the_timer_and_one_that_never_began_is_not(bool answerLost)
    {
        var alice = await FilesOf.SignedIn(host);
        await FilesOf.MakeDueTables(alice);
        var owner = await admin.UserId("alice");
        var own = await alice.Upload([5], "mine");
        var (gone, kept) = (new List<string>(), new List<string>());
        foreach (var cut in new[] { 1, 3, 4, 5, 6, 7, 9, 12, 16, 21 })
        {
            var group = $"club{cut}";
            await admin.Post("groups", new { id = group, owner });
            await alice.Upload([1, 2], "a", "deep", space: $"group:{group}");
            await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{own}/shares", new { with = new { group }, access = "read" }), 201);
            storage.CutAfter(cut, answerLost);
            var answer = await admin.Send(HttpMethod.Delete, $"groups/{group}?files=purge");
            Assert.True(storage.Mend(), $"{cut}: {answer.StatusCode}");
            var now = await admin.Get($"groups/{group}");
            if (now.GetProperty("deleting").GetBoolean())
            {
                // From the mark on nobody becomes a member, who could write.
                var bob = await admin.Send(HttpMethod.Put, $"groups/{group}/members/{owner}", new { role = "editor" });
                Assert.Equal("group_deleting", await FilesOf.Code(bob, 409));
                gone.Add(group);
            }
            else
            {
                kept.Add(group);
            }
        }
        await host.RunTimer("finish-removals"); // Too early: the requests could still be at it.
        foreach (var group in gone) await admin.Get($"groups/{group}");
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        (admin, alice) = (await AdminOf.Tenant(host), await FilesOf.SignedIn(host));
        await host.RunTimer("finish-removals");
        Assert.True(gone.Count > 3 && kept.Count > 0, $"{gone.Count} gone, {kept.Count} kept");
        foreach (var group in gone)
        {
            await admin.Get($"groups/{group}", 404);
            await admin.Post("groups", new { id = group, owner }); // Nothing is left that would keep the id.
            Assert.Empty((await alice.List($"?space=group:{group}")).Files);
        }
        foreach (var group in kept) Assert.Single((await alice.List($"?space=group:{group}&folder=deep")).Files);
        Assert.Equal(kept.Count, (await TestHost.Json(await alice.Send(HttpMethod.Get, $"/{own}/shares"), 200)).GetProperty("shares").GetArrayLength());
        Assert.Empty(await host.Service<Latchkey.Admin.RemovalNotes>().All(default));
        await host.RunTimer("files-sweep");
        await Books.Balance(host);
        await Eventually.True(async () => (await admin.Get("audit?type=finish-removals")).GetProperty("entries").GetArrayLength() == gone.Count);
    }

    [Fact]
    public async Task A_note_of_a_group_that_was_made_again_or_got_files_that_nobody_wants_to_lose_removes_nothing()
    {
        var alice = await FilesOf.SignedIn(host);
        var owner = await admin.UserId("alice");
        var notes = host.Service<Latchkey.Admin.RemovalNotes>();
        foreach (var (group, purge, marked) in new[] { ("again", true, false), ("filled", false, true) })
        {
            await admin.Post("groups", new { id = group, owner });
            await alice.Upload([1], space: $"group:{group}");
            await notes.Add("demo", Latchkey.Admin.Removed.Group, group, purge, default);
            if (marked) await host.Service<Latchkey.Tenancy.GroupStore>().Mark("demo", group, deleting: true, default);
        }
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await host.RunTimer("finish-removals");
        admin = await AdminOf.Tenant(host);
        foreach (var group in (string[])["again", "filled"])
        {
            var now = await admin.Get($"groups/{group}");
            Assert.Equal((false, 1), (now.GetProperty("deleting").GetBoolean(), now.GetProperty("usage").GetProperty("files").GetInt32()));
        }
        Assert.Empty(await notes.All(default));
    }

    [Fact]
    public async Task The_files_of_a_client_whose_deletion_broke_off_are_removed_by_the_timer()
    {
        var secret = (await admin.Post("clients", new { id = "robot", name = "Robot", authMethod = "client_secret_post", grants = AdminOf.Texts("client_credentials"), scope = AdminOf.Texts("files.read", "files.write") })).GetProperty("secret").GetString()!;
        var token = (await TestHost.Json(await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", secret)), 200)).GetProperty("access_token").GetString()!;
        var robot = new FilesOf(host, token);
        await FilesOf.MakeDueTables(robot);
        await robot.Upload([1, 2, 3]);
        var (clients, tenant) = (host.Service<Latchkey.Tenancy.ClientStore>(), await host.Tenant("demo"));
        for (var cut = 4; await clients.FindNow(tenant, "robot", default) is not null; cut++)
        {
            storage.CutAfter(cut, answerLost: false);
            await admin.Send(HttpMethod.Delete, "clients/robot?files=purge");
            Assert.True(storage.Mend());
        }
        Assert.NotEmpty(await Books.Blobs(host));
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await host.RunTimer("finish-removals");
        Assert.Empty(await Books.Blobs(host));
        Assert.Empty(await host.Service<Latchkey.Admin.RemovalNotes>().All(default));
        await Books.Balance(host);
    }
}
