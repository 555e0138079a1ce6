using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth;

namespace Latchkey.Tests.Admin;

/// <summary>A deleted user leaves nothing behind that was theirs alone, wherever the process dies in between.</summary>
public sealed class UserRemovalTests : OnCuttableStorage
{
    const int MostSteps = 150;

    AdminClient admin = null!;

    private protected override async Task Prepare()
    {
        admin = await host.Admin();
    }

    [Fact]
    public async Task Sessions_places_in_groups_shares_files_and_approvals_go_and_what_is_a_groups_stays()
    {
        var alice = await host.As("alice");
        var (id, groups) = await Prepare("carol", alice);
        await admin.Do(HttpMethod.Delete, $"users/{id}");
        await admin.Do(HttpMethod.Delete, $"users/{id}", status: 404);
        Assert.Empty(await Left([id]));
        Assert.Equal(200, (int)(await alice.Send(HttpMethod.Get, $"/{groups}")).StatusCode);
        Assert.Empty((await TestHost.Json(await alice.Send(HttpMethod.Get, $"/{groups}/shares"), 200)).GetProperty("shares")
            .EnumerateArray());
        await Books.Balance(host);
        await admin.Post("users", new { userName = "carol", password = "carol-password" }); // The name is free, the id is not used again.
        Assert.NotEqual(id, await admin.UserId("carol"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_death_between_any_two_writes_leaves_nothing_that_the_same_request_does_not_finish(bool answerLost)
    {
        var alice = await host.As("alice");
        await alice.MakeDueTables();
        var gone = new List<string>();
        for (var cut = 0; ; cut += 3 + cut / 12) // Some of them; where they fall differs from run to run.
        {
            Assert.True(cut < MostSteps, "The operation has more steps than expected.");
            var name = $"carol{cut}";
            var (id, _) = await Prepare(name, alice, isReal: gone.Count % 3 == 0);
            storage.CutAfter(cut, answerLost);
            var answer = await admin.Send(HttpMethod.Delete, $"users/{id}");
            gone.Add(id);
            if (!storage.Mend()) break;
            await answer.Fails(503, "storage_unavailable");
            // The first write decides: from then on nobody is this user, and nobody makes them one again.
            var now = await admin.Send(HttpMethod.Get, $"users/{id}");
            if (now.IsSuccessStatusCode && (await TestHost.Json(now, 200)).GetProperty("deleting").GetBoolean())
            {
                Assert.Equal(400,
                    (int)(await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", name),
                        ("password", $"{name}-password"))).StatusCode);
                await TestHost.Json(await admin.Send(HttpMethod.Patch, $"users/{id}", new { disabled = false }), 409);
            }
            Assert.True((int)(await admin.Send(HttpMethod.Delete, $"users/{id}")).StatusCode is 204 or 404);
            await Books.Balance(host); // Nothing waits for a sweep.
        }
        Assert.True(gone.Count > 7, $"only {gone.Count - 1} cuts");
        // Each had a space of their own.
        Assert.Empty(await Left(gone));
        await host.RunTimer("files-sweep");
        await Books.Balance(host);
        host.Clock.Advance(TimeSpan.FromHours(2)); // What a part has that its space knows nothing of is given back.
        await host.Service<Latchkey.Files.IntegrityCheck>().Run("demo", 100, now: true, default);
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_death_at_any_write_leaves_no_way_to_sign_in_and_nothing_that_the_timer_does_not_finish()
    {
        await (await host.As("alice")).Upload([1]);
        await MakeWithWays("tables"); // A table that is made on the way would be a write of its own.
        var (dead, died) = (new List<string>(), 0);
        for (var cut = 0; ; cut++)
        {
            Assert.True(cut < MostSteps, "The operation has more writes than expected.");
            var id = await MakeWithWays($"wanda{cut}");
            storage.CutAfterWrites(cut, answerLost: cut % 2 == 1);
            var answer = await admin.Send(HttpMethod.Delete, $"users/{id}");
            if (!storage.Mend()) break;
            died++;
            await answer.Fails(503, "storage_unavailable");
            var now = await admin.Send(HttpMethod.Get, $"users/{id}");
            if (!now.IsSuccessStatusCode || (await TestHost.Json(now, 200)).GetProperty("deleting").GetBoolean()) dead.Add(id);
            else await admin.Do(HttpMethod.Delete, $"users/{id}"); // It had not begun; what there was of it does no harm.
        }
        Assert.True(died >= 8 && dead.Count > 6, $"{died} died, {dead.Count} had begun");
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await host.RunTimer("finish-removals");
        foreach (var id in dead) await admin.Get($"users/{id}", 404);
        Assert.Empty(await Left(dead));
        Assert.Empty(await host.Service<Latchkey.Tenancy.RemovalNotes>().All(default));
    }

    [Fact]
    public async Task A_deletion_that_broke_off_is_finished_by_the_timer_and_one_that_never_began_is_not()
    {
        var alice = await host.As("alice");
        await alice.MakeDueTables();
        var users = new List<(string Id, int Cut)>();
        foreach (var cut in new[] { 2, 3, 4, 9, 20 }) users.Add(((await Prepare($"carol{cut}", alice)).Id, cut));
        var (gone, kept) = (new List<string>(), new List<string>());
        foreach (var (id, cut) in users)
        {
            storage.CutAfter(cut, answerLost: false);
            await admin.Send(HttpMethod.Delete, $"users/{id}");
            Assert.True(storage.Mend());
            ((await admin.Get($"users/{id}")).GetProperty("deleting").GetBoolean() ? gone : kept).Add(id);
        }
        await host.RunTimer("finish-removals"); // Too early: the requests could still be at it.
        foreach (var (id, _) in users) await admin.Get($"users/{id}");
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await host.RunTimer("finish-removals");
        foreach (var id in gone) await admin.Get($"users/{id}", 404);
        Assert.Empty(await Left(gone));
        foreach (var id in kept) await admin.Get($"users/{id}");
        Assert.True(gone.Count > 0 && kept.Count > 0, $"{gone.Count} gone, {kept.Count} kept");
        Assert.Empty(await host.Service<Latchkey.Tenancy.RemovalNotes>().All(default));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_group_that_was_half_deleted_is_deleted_by_the_same_request_and_its_id_is_clean(bool answerLost)
    {
        var alice = await host.As("alice");
        await alice.MakeDueTables();
        var owner = await admin.UserId("alice");
        var cuts = 0;
        for (var cut = 0; ; cut += 2 + cut / 8)
        {
            Assert.True(cut < MostSteps, "The operation has more steps than expected.");
            var group = $"club{cut}";
            await admin.Post("groups", new { id = group, owner });
            await alice.Place([1, 2], "a", "deep/er", $"group:{group}");
            await alice.Trash(await alice.Place([4], "b", space: $"group:{group}"));
            var own = await alice.Place([5], "mine");
            await alice.Share(own, new { with = new { group }, access = "read" });
            storage.CutAfter(cut, answerLost);
            var answer = await admin.Send(HttpMethod.Delete, $"groups/{group}?files=purge");
            if (!storage.Mend()) break;
            cuts++;
            await answer.Fails(503, "storage_unavailable");
            Assert.True((int)(await admin.Send(HttpMethod.Delete, $"groups/{group}?files=purge")).StatusCode is 204 or 404);
            await admin.Post("groups", new { id = group, owner });
            Assert.Empty((await alice.List($"?space=group:{group}")).Files);
            Assert.Empty((await TestHost.Json(await alice.Send(HttpMethod.Get, $"/{own}/shares"), 200)).GetProperty("shares")
                .EnumerateArray());
            await Books.Balance(host);
        }
        Assert.True(cuts > 6, $"only {cuts} cuts");
        // Each had a space of its own.
        await host.RunTimer("files-sweep");
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_takes_too_long_for_one_request_goes_on_with_the_next()
    {
        var alice = await host.As("alice");
        for (var n = 0; n < 3; n++) await alice.Upload([1], $"{n}");
        var (removal, owner) = (host.Service<Latchkey.Files.SpaceRemoval>(), Latchkey.Files.Owner.User(await admin.UserId("alice")));
        Assert.False(await removal.TryRemove("demo", owner, TimeSpan.Zero, default));
        Assert.True(await removal.TryRemove("demo", owner, TimeSpan.FromMinutes(1), default));
        Assert.True(await removal.TryRemove("demo", owner, TimeSpan.FromMinutes(1), default));
        Assert.Empty(await Books.Blobs(host));
        await Books.Balance(host);
        await alice.Upload([2]); // The space is as new.
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_user_who_is_disabled_can_neither_refresh_nor_sign_in_nor_use_what_they_hold()
    {
        var id = await admin.UserId("bob");
        var tokens = await host.SignIn("demo", "bob");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await admin.Patch($"users/{id}", new { disabled = true });
        Assert.Equal("invalid_grant",
            (await TestHost.Json(await host.Refresh("demo", tokens.GetProperty("refresh_token").GetString()!), 400)).GetProperty("error")
                .GetString());
        Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, "/demo/files", tokens.GetProperty("access_token").GetString())).StatusCode);
        await admin.Patch($"users/{id}", new { disabled = false });
        await TestHost.Json(await host.Refresh("demo", tokens.GetProperty("refresh_token").GetString()!), 400); // What has ended stays so.
        await host.SignIn("demo", "bob");
    }

    // A user with files in every state, a place in a group, a file there, and a share from somebody. A real one has signed in and uploaded
    // a file, with all that these leave behind.
    async Task<(string Id, string InGroup)> Prepare(string name, FilesClient alice, bool isReal = true)
    {
        var id = (await host.AddUser(name)).Id;
        Assert.True(await host.Service<GroupStore>().SetMember(
            "demo", new(new Group("family", "Family"), GroupRole.Editor), id, default));
        var carol = isReal ? new FilesClient(host, (await host.Tokens("demo", name)).AccessToken) : await host.As(name);
        if (isReal) await carol.Upload([6], "real");
        await carol.Share(await carol.Place([1, 2, 3], "a", "deep/er"), new { with = new { user = "bob" }, access = "read" });
        await carol.Trash(await carol.Place([4], "b"));
        await carol.Begin(FilesClient.Declaration());
        var inGroup = await carol.Place([5], "c", space: "group:family");
        await alice.Share(inGroup, new { with = new { user = name }, access = "read" });
        return (id, inGroup);
    }

    // A user with every way to sign in, an app that was allowed, and a place in a group.
    async Task<string> MakeWithWays(string name)
    {
        var tenant = await host.Tenant("demo");
        var client = (await host.Service<ClientStore>().Find(tenant, "mobile", default))!;
        var user = new User
        {
            Id = Ids.New(),
            UserName = name,
            Name = name,
            Email = $"{name}@people.example",
            EmailVerified = true,
            ExternalId = $"directory-{name}",
            PasswordHash = host.Service<Latchkey.OAuth.Passwords>().HashOfNothing(),
            Roles = [],
        };
        var identity = new LinkedIdentity("some-idp", LinkedIdentity.KeyOf("https://idp.example", user.Id), user.Id, null, host.Clock.Now);
        Assert.True(await host.Service<LinkedIdentities>().TryAdd(tenant, user, identity, default));
        var passkey = new Latchkey.OAuth.Passkey
        {
            Id = Ids.New(),
            UserId = user.Id,
            CredentialId = Ids.New(),
            PublicKey = "x",
            Counter = 0,
            Name = "Phone",
            CreatedAt = host.Clock.Now,
            BackupEligible = false,
            BackedUp = false,
        };
        Assert.Equal(Latchkey.OAuth.PasskeyAddition.Added, await host.Service<Latchkey.OAuth.PasskeyStore>().Add(tenant, passkey, default));
        await host.Service<Latchkey.OAuth.Consents>().Add(
            tenant, user, client, new(Latchkey.Protocol.Scope.Parse("openid profile"), []), default);
        Assert.True(await host.Service<GroupStore>().SetMember(
            tenant.Id, new(new Group("family", "Family"), GroupRole.Reader), user.Id, default));
        return user.Id;
    }

    // What is left of users anywhere but in the audit and in sessions, which end with their day.
    async Task<List<string>> Left(List<string> ids)
    {
        var (left, users) = (new List<string>(), ids.ConvertAll(id => (Id: id, Space: Latchkey.Files.Owner.User(id).SpaceKey("demo"))));
        var tables = host.Service<StorageClients>().Tables;
        await foreach (var table in tables.QueryAsync())
        {
            if (Latchkey.Admin.TenantData.WithoutDay(table.Name) is "Audit" or "Sessions" or "Due" or "Uploads") continue;
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                var all = string.Join(' ', row.Select(column => column.Value));
                if (users.Exists(user => IsOf(user.Id, user.Space, row, all))) left.Add($"{table.Name} {row.PartitionKey} {row.RowKey}");
            }
        }
        left.AddRange((await Books.Blobs(host)).Where(name => users.Exists(user => name.StartsWith(user.Space, StringComparison.Ordinal))));
        return left;
    }

    static bool IsOf(string id, string space, TableEntity row, string all)
    {
        // A row that leads to a share that is gone harms nobody (SCHEMA.md): bob's, of a file that was shared with him.
        if (row.PartitionKey.StartsWith("demo|in|", StringComparison.Ordinal) && !row.PartitionKey.EndsWith(id, StringComparison.Ordinal))
            return false;
        // A part that a crash left is given back by the check.
        return all.Contains(id, StringComparison.Ordinal)
            || (all.Contains(space, StringComparison.Ordinal) && row.RowKey != RowKeys.SpaceReservation(space));
    }
}
