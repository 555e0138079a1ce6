using Azure.Data.Tables;
using Latchkey.Admin;
using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Admin;

/// <summary>The deletion of a group, or of a client with its files, that broke off is finished without anybody asking again.</summary>
public sealed class GroupRemovalTests : OnCuttableStorage
{
    AdminClient admin = null!;

    private protected override async Task Prepare()
    {
        admin = await host.Admin();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_groups_deletion_that_broke_off_is_finished_by_the_timer_and_one_that_never_began_is_not(bool answerLost)
    {
        var alice = await host.As("alice");
        await alice.MakeDueTables();
        var owner = await admin.UserId("alice");
        var own = await alice.Upload([5], "mine");
        var (gone, kept) = (new List<string>(), new List<string>());
        foreach (var cut in new[] { 1, 3, 4, 5, 6, 7, 9, 12, 16, 21 })
        {
            var group = $"club{cut}";
            await admin.AddGroup(new { id = group, owner });
            await alice.Place([1, 2], "a", "deep", $"group:{group}");
            await alice.Share(own, new { with = new { group }, access = "read" });
            storage.CutAfter(cut, answerLost);
            var answer = await admin.Send(HttpMethod.Delete, $"groups/{group}?files=purge");
            Assert.True(storage.Mend(), $"{cut}: {answer.StatusCode}");
            var now = await admin.Group(group);
            if (now.Deleting)
            {
                // From the mark on nobody becomes a member, who could write.
                var bob = await admin.Send(HttpMethod.Put, $"groups/{group}/members/{owner}", new { role = "editor" });
                await bob.Fails(409, "group_deleting");
                gone.Add(group);
            }
            else
            {
                kept.Add(group);
            }
        }
        await host.RunTimer("finish-removals"); // Too early: the requests could still be at it.
        foreach (var group in gone) await admin.Group(group);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        (admin, alice) = (await host.Admin(), await host.As("alice"));
        await host.RunTimer("finish-removals");
        Assert.True(gone.Count > 3 && kept.Count > 0, $"{gone.Count} gone, {kept.Count} kept");
        foreach (var group in gone)
        {
            await admin.Get($"groups/{group}", 404);
            await admin.AddGroup(new { id = group, owner }); // Nothing is left that would keep the id.
            Assert.Empty((await alice.List($"?space=group:{group}")).Files);
        }
        foreach (var group in kept) Assert.Single((await alice.List($"?space=group:{group}&folder=deep")).Files);
        Assert.Equal(kept.Count, (await alice.Send(HttpMethod.Get, $"/{own}/shares").Read<SharesAnswer>()).Shares.Count);
        Assert.Empty(await host.Service<Latchkey.Tenancy.RemovalNotes>().All(default));
        await host.RunTimer("files-sweep");
        await Books.Balance(host);
        await Eventually.True(async () => (await admin.Audit("?type=finish-removals")).Count == gone.Count);
    }

    [Fact]
    public async Task A_note_of_a_group_that_was_made_again_or_got_files_that_nobody_wants_to_lose_removes_nothing()
    {
        var alice = await host.As("alice");
        var owner = await admin.UserId("alice");
        var notes = host.Service<Latchkey.Tenancy.RemovalNotes>();
        foreach (var (group, purge, marked) in new[] { ("again", true, false), ("filled", false, true) })
        {
            await admin.AddGroup(new { id = group, owner });
            await alice.Upload([1], space: $"group:{group}");
            await notes.Add("demo", Latchkey.Tenancy.RemovalKind.Group, group, purge, default);
            if (marked) await host.Service<Latchkey.Tenancy.GroupStore>().Mark("demo", group, deleting: true, default);
        }
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await host.RunTimer("finish-removals");
        admin = await host.Admin();
        foreach (var group in (string[])["again", "filled"])
        {
            var now = await admin.Group(group);
            Assert.Equal((false, 1), (now.Deleting, now.Usage!.Files));
            Assert.Single((await admin.Get($"groups/{group}/members")).GetProperty("members").EnumerateArray());
        }
        Assert.Empty(await notes.All(default));
    }

    [Fact]
    public async Task A_deletion_that_never_finishes_keeps_no_younger_one_waiting()
    {
        var (owner, groups) = (await admin.UserId("alice"), host.Service<Latchkey.Tenancy.GroupStore>());
        foreach (var group in new[] { "stuck", "next" })
        {
            await admin.AddGroup(new { id = group, owner });
            await host.Service<Latchkey.Tenancy.RemovalNotes>().Add(
                "demo", Latchkey.Tenancy.RemovalKind.Group, group, purge: true, default);
            await groups.Mark("demo", group, deleting: true, default);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        // A usage that nobody can read.
        var files = host.Service<StorageClients>().Tables.GetTableClient("Files");
        await files.CreateIfNotExistsAsync();
        await files.AddEntityAsync(new TableEntity(RowKeys.Space("demo", Owner.Group("stuck").SpaceKey("demo")), RowKeys.SpaceUsage));
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        for (var run = 0; run < 40 && await groups.FindGroup("demo", "next", default) is not null; run++)
        {
            // One deletion takes up the time of a run.
            var timer = ActivatorUtilities.CreateInstance<RemovalTimer>(host.Service<IServiceProvider>(), new QuickClock(host.Clock));
            var fault = await Record.ExceptionAsync(() => timer.Run(new TimerInfo(), default));
            if (fault is not null) Assert.IsType<AggregateException>(fault);
        }
        Assert.Null(await groups.FindGroup("demo", "next", default));
        Assert.Equal("stuck", Assert.Single(await host.Service<Latchkey.Tenancy.RemovalNotes>().All(default)).Id);
    }

    // Each look is four minutes after the one before.
    sealed class QuickClock(TimeProvider time) : TimeProvider
    {
        long minutes;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => 60 * (minutes += 4);

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();
    }

    [Fact]
    public async Task A_deletion_that_meets_a_file_on_its_way_leaves_the_group_with_all_its_members()
    {
        var (alice, owner) = (await host.As("alice"), await admin.UserId("alice"));
        var groups = host.Service<Latchkey.Tenancy.GroupStore>();
        await admin.AddGroup(new { id = "busy", owner });
        var group = (await groups.FindGroup("demo", "busy", default))!;
        // They are removed before her.
        var others = Enumerable.Range(0, 40).Select(n => ($"!{n}", Latchkey.Tenancy.GroupRole.Reader)).ToList();
        await groups.ChangeMembers("demo", group, new(others, []), false, default);
        var deletion = admin.Send(HttpMethod.Delete, "groups/busy");
        while (!deletion.IsCompleted && !(await admin.Group("busy")).Deleting) { }
        if (!deletion.IsCompleted) await alice.Send(HttpMethod.Post, "", FilesClient.Declaration("late", 1, space: "group:busy"));
        if ((int)(await deletion).StatusCode is 204) return; // She came too late.
        await (await deletion).Fails(409, "group_has_files");
        Assert.Equal((41, false), ((await groups.Roles("demo", "busy", null, default)).Count, (await admin.Group("busy")).Deleting));
    }

    [Fact]
    public async Task The_files_of_a_client_whose_deletion_broke_off_are_removed_by_the_timer()
    {
        var secret = (await admin.AddClient(
            new
            {
                id = "robot",
                name = "Robot",
                authMethod = "client_secret_post",
                grants = AdminClient.Texts("client_credentials"),
                scope = AdminClient.Texts("files.read", "files.write")
            })).Secret!;
        var token = (await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", secret))
            .Read<TokenAnswer>()).AccessToken;
        var robot = new FilesClient(host, token);
        await (await host.As("alice")).MakeDueTables(); // They are everybody's.
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
        Assert.Empty(await host.Service<Latchkey.Tenancy.RemovalNotes>().All(default));
        await Books.Balance(host);
    }
}
