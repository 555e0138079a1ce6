using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>An app keeps a copy of a space's list with nothing but its changes.</summary>
public sealed class ChangesTests : IAsyncLifetime
{
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await host.As("alice");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Every_kind_of_change_is_there_once_and_in_order()
    {
        var start = await alice.Changes();
        Assert.Empty(start.Items);
        var id = await alice.Upload([1, 2, 3], "a", "one");
        await alice.Change(id, new { name = "b" });
        await alice.Change(id, new { name = "b" }); // Nothing changes.
        await alice.Change(id, new { name = "c", folder = "two" });
        await alice.Trash(id);
        await alice.Restore(id);
        var given = await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        await alice.Share(id, new { link = new { }, access = "read" });
        await alice.Send(HttpMethod.Delete, $"/{id}/shares/{given.Id}").Is(204);
        await alice.Begin(FilesClient.Declaration()); // Never complete, so never there.
        var copy = (await alice.Copy(id, new { })).Id;
        await alice.Read(copy);
        await alice.Purge(id); // Its link ends with it.

        var (items, end) = await alice.Follow(start.Cursor, limit: 3);
        Assert.Equal(
            ["created", "changed", "moved", "trashed", "restored", "shared", "shared", "unshared", "created", "purged"],
            items.Select(item => item.Kind));
        Assert.Equal([.. Enumerable.Repeat(id, 8), copy, id], items.Select(item => item.Id));
        Assert.Equal(["one", "one", "two", "two", "two"], items.Take(5).Select(item => item.File!.Folder));
        Assert.Equal(["a", "b", "c", "c", "c"], items.Take(5).Select(item => item.File!.Name));
        Assert.Equal("deleted", items[3].File!.Status);
        Assert.Equal((given.Id, given.Id), (items[5].Share, items[7].Share));
        Assert.All(items[5..8].Append(items[9]), item => Assert.Null(item.File));
        Assert.Equal(await alice.Read(copy), items[8].File);
        Assert.Equal(end, (await alice.Changes($"?cursor={end}")).Cursor);
        Assert.Equal(end, (await alice.Changes()).Cursor);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Folders_that_somebody_has_made_are_changes_in_order_with_the_files_in_them()
    {
        var folders = await FoldersClient.As(host);
        var start = (await folders.Changes()).Cursor; // Of a space that has nothing yet.
        await folders.Make("a/b");
        await folders.Make("c");
        var file = await folders.Upload([1], "f", "a/b");
        await folders.Upload([2], "g", "only by its file");
        await folders.Move("a", "c/d");
        await folders.TrashFolder("c");
        await folders.RestoreFolder("c");
        await folders.CopyFolder("c/d", "e");
        await folders.Move("only by its file", "renamed");

        var (items, _) = await folders.Follow(start, limit: 3);
        Assert.Equal(
        [
            "folder_created a/b ", "folder_created c ", "created a/b ", "created only by its file ",
            "moved c/d/b ", "folder_moved c/d/b a/b",
            "trashed c/d/b ", "folder_trashed c/d/b ", "folder_trashed c ",
            "folder_restored c ", "folder_restored c/d/b ", "restored c/d/b ",
            "created e/b ", "folder_created e/b ", "moved renamed ",
        ], items.Select(item => $"{item.Kind} {item.Folder ?? item.File!.Folder} {item.From}"));
        Assert.All(items, item => Assert.Equal(item.Id is null, item.Kind.StartsWith("folder_", StringComparison.Ordinal)));
        Assert.Equal(file, items[2].Id);
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_the_sweep_does_is_a_change_too()
    {
        var start = (await alice.Changes()).Cursor;
        var id = await alice.Upload([1], "swept");
        await alice.Share(id, new { link = new { }, access = "read", until = host.Clock.Now.AddHours(1) });
        await alice.Trash(id);
        host.Clock.Advance(TimeSpan.FromHours(2));
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromHours(2));
        await host.RunTimer("files-sweep"); // The days of the trash are over, those of the changes are not.
        alice = await host.As("alice");
        var (items, _) = await alice.Follow(start);
        Assert.Equal(["created", "shared", "trashed", "unshared", "purged"], items.Select(item => item.Kind));
        Assert.Equal(TimeSpan.FromDays(30), items[^1].At - items[0].At);
    }

    [Fact]
    public async Task Changes_are_there_for_thirty_days_and_then_the_app_starts_over()
    {
        var start = (await alice.Changes()).Cursor;
        var id = await alice.Upload([1], "day 1");
        var first = (await alice.Changes()).Cursor;
        host.Clock.Advance(TimeSpan.FromDays(10));
        alice = await host.As("alice");
        await alice.Change(id, new { name = "day 11" });
        var second = (await alice.Changes()).Cursor;

        host.Clock.Advance(TimeSpan.FromDays(20));
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        Assert.Equal(2, (await alice.Follow(start)).Items.Count);

        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        await alice.Send(HttpMethod.Get, $"/changes?cursor={start}").Fails(410, "changes_gone");
        Assert.Equal("day 11", Assert.Single((await alice.Follow(first)).Items).File!.Name);

        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("files-sweep");
        alice = await host.As("alice");
        await alice.Send(HttpMethod.Get, $"/changes?cursor={first}").Fails(410, "changes_gone");
        Assert.Empty((await alice.Follow(second)).Items); // Nothing was missed, however old it is.
        Assert.DoesNotContain(await Rows(), row => row.RowKey.StartsWith(RowKeys.AnyChange, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_space_only()
    {
        await alice.Upload([1]);
        var own = (await alice.Changes()).Cursor;
        var bob = await host.As("bob");
        await bob.Upload([1]);
        var acme = await host.As("alice", "acme");
        await acme.Upload([1]);
        var list = (await alice.Upload([2], "second"), (await alice.List("?limit=1")).Cursor!).Item2;
        var key = RowKeys.Space("demo", Owner.User(await host.UserId("alice")).SpaceKey("demo")).Split('|')[1];
        foreach (var cursor in new[]
        {
            (await bob.Changes()).Cursor, (await acme.Changes()).Cursor, (await alice.Changes("?space=app")).Cursor, list, "x", "%00", "💥",
            Cursor("changes", key, "", "-1"), Cursor("changes", key, "", "99999999999999999999"), Cursor("changes", key, "'or'", "0"),
            Cursor("changes", key, ""), Cursor(key, "", "0"), await Signed(key, Incarnation(own), long.MaxValue),
            await Signed(key, Incarnation(own), 3), own + own, new string('a', 2000),
            Cursor("changes", key, Incarnation(own), "1"), Cursor([.. Parts(own)[..3], "0", Parts(own)[4]]), // Forged.
        })
            await alice.Send(HttpMethod.Get, $"/changes?cursor={Uri.EscapeDataString(cursor)}").Fails(400, "invalid_cursor");
        await alice.Send(HttpMethod.Get, "/changes?space=shared").Fails(400, "invalid_space");
        await alice.Send(HttpMethod.Get, "/changes?space=group:nobodys").Fails(404, "space_not_found");
        await alice.Send(HttpMethod.Get, "/changes?limit=201").Fails(400, "invalid_limit");
        await alice.Send(HttpMethod.Get, "/changes?folder=a").Fails(400, "invalid_query");
        Assert.Single((await alice.Follow(own)).Items);
        Assert.Equal(2, (await alice.Follow(await Signed(key, Incarnation(own), 0))).Items.Count);
    }

    [Fact]
    public async Task A_reader_of_a_group_follows_it_and_a_space_that_is_made_again_starts_over()
    {
        var bob = await host.As("bob");
        var empty = (await bob.Changes("?space=group:family")).Cursor; // Nothing was ever in it.
        await alice.Upload([1], "hers", space: "group:family");
        Assert.Equal("hers", Assert.Single((await bob.Follow(empty, space: "group:family")).Items).File!.Name);
        var before = (await bob.Changes("?space=group:family")).Cursor;

        var admin = await host.Admin();
        await admin.Do(HttpMethod.Delete, "groups/family?files=purge");
        Assert.DoesNotContain(await Rows(), row => row.RowKey.StartsWith(RowKeys.AnyChange, StringComparison.Ordinal));
        await admin.AddGroup(new { id = "family" });
        await admin.Do(HttpMethod.Put, $"groups/family/members/{await host.UserId("bob")}", new { role = "editor" }, 200);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await bob.Send(HttpMethod.Get, $"/changes?space=group:family&cursor={before}").Fails(410, "changes_gone");
        await bob.Upload([1], "his", space: "group:family");
        await bob.Send(HttpMethod.Get, $"/changes?space=group:family&cursor={before}").Fails(410, "changes_gone");
        Assert.Equal("his", Assert.Single((await bob.Follow(empty, space: "group:family")).Items).File!.Name);
    }

    [Fact]
    public async Task Who_may_not_see_shares_reads_that_there_was_one_but_not_which()
    {
        var bob = await host.As("bob");
        var start = (await bob.Changes("?space=group:family")).Cursor;
        var id = await alice.Upload([1], space: "group:family");
        var link = await alice.Share(id, new { link = new { }, access = "read" });
        var (seen, _) = await bob.Follow(start, space: "group:family");
        Assert.Equal(("shared", (string?)null), (seen[1].Kind, seen[1].Share));
        Assert.Equal(link.Id, (await alice.Follow(start, space: "group:family")).Items[1].Share);
    }

    [Fact]
    public async Task A_share_ends_at_once_however_busy_its_space_is_and_is_recorded_later()
    {
        var (bob, start) = (await host.As("bob"), (await alice.Changes()).Cursor);
        var id = await alice.Upload([1]);
        var share = await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        await bob.Read(id);
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        using var stop = new CancellationTokenSource();
        var partition = $"demo|{await Key()}";
        var writers = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await table.UpdateEntityAsync(new TableEntity(partition, RowKeys.SpaceUsage), Azure.ETag.All);
        })));
        await alice.Send(HttpMethod.Delete, $"/{id}/shares/{share.Id}").Is(204);
        await stop.CancelAsync();
        await writers;
        await bob.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
        await host.RunTimer("files-sweep");
        Assert.Equal(["created", "shared", "unshared"], (await alice.Follow(start)).Items.Select(item => item.Kind));
        Assert.DoesNotContain(await Rows(), row => row.GetString("ShareId") is null && row.GetString("Id") == share.Id);
    }

    [Fact]
    public async Task A_space_from_before_changes_were_recorded_or_that_an_older_version_wrote_to_starts_over()
    {
        var id = await alice.Upload([1], "old");
        var before = (await alice.Changes()).Cursor;
        var key = await Key();
        var empty = await Signed(key, "", 0);
        await ForgetChanges(key);
        await alice.Send(HttpMethod.Get, $"/changes?cursor={before}").Fails(410, "changes_gone");
        await alice.Send(HttpMethod.Get, $"/changes?cursor={empty}").Fails(410, "changes_gone");
        var start = (await alice.Changes()).Cursor;
        await alice.Change(id, new { name = "new" });
        Assert.Equal("new", Assert.Single((await alice.Follow(start)).Items).File!.Name);
        await alice.Send(HttpMethod.Get, $"/changes?cursor={empty}").Fails(410, "changes_gone");
        await ForgetChanges(key);
        await alice.Change(id, new { name = "newer" });
        await alice.Send(HttpMethod.Get, $"/changes?cursor={start}").Fails(410, "changes_gone");
        host.Clock.Advance(TimeSpan.FromDays(31));
        await host.RunTimer("files-sweep"); // Those of the incarnations before go as well.
        Assert.DoesNotContain(await Rows(), row => row.RowKey.StartsWith(RowKeys.AnyChange, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_costs_the_same_however_many_changes_there_are()
    {
        const int Many = 3000;
        await alice.Upload([1]);
        var (key, table) = (await Key(), host.Service<StorageClients>().Tables.GetTableClient("Files"));
        var usage = (await table.GetEntityAsync<TableEntity>($"demo|{key}", RowKeys.SpaceUsage)).Value;
        var incarnation = usage.GetString("Incarnation");
        var first = (await table.GetEntityAsync<TableEntity>($"demo|{key}", RowKeys.Change(incarnation, 1))).Value;
        foreach (var numbers in Enumerable.Range(2, Many - 1).Chunk(100))
        {
            await table.SubmitTransactionAsync(numbers.Select(number => new TableTransactionAction(TableTransactionActionType.Add,
                new TableEntity(first) { RowKey = RowKeys.Change(incarnation, number) })));
        }
        usage["Changes"] = (long)Many;
        await table.UpdateEntityAsync(usage, usage.ETag, TableUpdateMode.Replace);
        foreach (var from in new[] { 0, 1500, Many - 200 })
        {
            var cursor = await Signed(key, incarnation, from);
            ChangesAnswer page = null!;
            Assert.Equal(3, await host.Trips(async () => page = await alice.Changes($"?cursor={cursor}&limit=200")));
            Assert.Equal((200, from + 200 < Many), (page.Items.Count, page.More));
        }
        // And they go a hundred at once.
        host.Clock.Advance(TimeSpan.FromDays(31));
        Assert.InRange(await host.Trips(() => host.RunTimer("files-sweep")), 2 * Many / 100, (2 * Many / 100) + 20);
        alice = await host.As("alice");
        await alice.Send(HttpMethod.Get, $"/changes?cursor={await Signed(key, incarnation, 1500)}").Fails(410, "changes_gone");
    }

    [Fact]
    public async Task Of_writers_on_two_instances_a_reader_who_follows_misses_nothing()
    {
        await using var other = await TestHost.Start(clock: host.Clock, settings: new()
        {
            ["Latchkey:Storage:ConnectionString"] = host.Service<Settings>().ConnectionString,
        });
        var second = await other.As("alice");
        var start = (await alice.Changes()).Cursor;
        var known = new Dictionary<string, FileAnswer>(StringComparer.Ordinal);
        var writers = Task.WhenAll(Enumerable.Range(0, 2).Select(n => Write(n == 0 ? alice : second, n)));
        var cursor = start;
        bool last;
        do
        {
            last = writers.IsCompleted;
            (var items, cursor) = await alice.Follow(cursor, limit: 7);
            Apply(items, known);
        }
        while (!last);
        await writers;
        await SeesTheSame(known);
        var again = new Dictionary<string, FileAnswer>(StringComparer.Ordinal);
        Apply((await second.Follow(start)).Items, again);
        await SeesTheSame(again);
        await Books.Balance(host);

        static async Task Write(FilesClient client, int n)
        {
            for (var round = 0; round < 6; round++)
            {
                var id = await client.Upload([1], $"{n}-{round}", "in");
                await client.Change(id, new { name = $"{n}-{round} again", folder = $"of {n}" });
                await client.Share(id, new { link = new { }, access = "read" });
                if (round % 3 == 0) continue;
                await client.Trash(id);
                if (round % 3 == 1) await client.Restore(id);
                else if (round > 3) await client.Purge(id);
            }
        }
    }

    static void Apply(IEnumerable<ChangeAnswer> items, Dictionary<string, FileAnswer> known)
    {
        foreach (var item in items)
        {
            if (item.Kind == "purged") Assert.True(known.Remove(item.Id!));
            else if (item.Kind == "created") known.Add(item.Id!, item.File!);
            else if (item.File is { } file) known[item.Id!] = file;
        }
    }

    async Task SeesTheSame(Dictionary<string, FileAnswer> known)
    {
        var listed = (await alice.List("?trash=true&limit=200")).Files;
        foreach (var folder in new[] { "in", "of 0", "of 1" }) listed.AddRange((await alice.List($"?folder={folder}&limit=200")).Files);
        Assert.Equal(listed.OrderBy(file => file.Id), known.Values.OrderBy(file => file.Id));
        Assert.NotEmpty(listed);
    }

    async Task<string> Key() => Owner.User(await host.UserId("alice")).SpaceKey("demo");

    // As a version of the service wrote it that doesn't know changes.
    async Task ForgetChanges(string key)
    {
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var usage = (await table.GetEntityAsync<TableEntity>($"demo|{key}", RowKeys.SpaceUsage)).Value;
        foreach (var column in new[] { "Changes", "Incarnation" }) usage.Remove(column);
        await table.UpdateEntityAsync(usage, usage.ETag, TableUpdateMode.Replace);
    }

    static string Cursor(params string[] parts) => Latchkey.Http.Paging.Cursor(string.Join('|', parts))!;

    Task<string> Signed(string key, string incarnation, long number) =>
        host.Service<ChangeCursors>().Write("demo", new(key, incarnation, number), default);

    static string Incarnation(string cursor) => Parts(cursor)[2];

    static string[] Parts(string cursor) =>
        System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(cursor)).Split('|');

    async Task<List<TableEntity>> Rows()
    {
        var rows = new List<TableEntity>();
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<TableEntity>()) rows.Add(row);
        return rows;
    }
}
