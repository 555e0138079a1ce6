using System.Text.Json;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Folders that come and go with their files; orders; search; renaming and moving.</summary>
public sealed class FolderTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    static string[] Names(IEnumerable<FileAnswer> files) => [.. files.Select(file => file.Name)];

    [Fact]
    public async Task A_folder_is_listed_in_the_one_above_as_long_as_something_is_in_or_below_it()
    {
        var alice = await host.As("alice");
        Assert.Empty(await Folders(alice, "tree"));
        var one = await alice.Upload([1], "1", "tree/b/été");
        var two = await alice.Upload([1], "2", "tree/A");
        await alice.Begin(FilesClient.Declaration(folder: "tree/not yet"));

        Assert.Equal(["A", "b"], await Folders(alice, "tree"));
        Assert.Equal(["été"], await Folders(alice, "tree/b"));
        Assert.Equal(["b"], await Folders(alice, "tree", "&prefix=B"));

        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{one}")).StatusCode);
        Assert.Equal(["A"], await Folders(alice, "tree"));
        await alice.Restore(one);
        Assert.Equal(["A", "b"], await Folders(alice, "tree"));
        await Patched(alice, two, new { folder = "elsewhere" });
        Assert.Equal(["b"], await Folders(alice, "tree"));
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{one}?permanent=true")).StatusCode);
        Assert.Empty(await Folders(alice, "tree"));
        Assert.DoesNotContain("tree", await Folders(alice, ""));
        await Books.Balance(host);
    }

    [Fact]
    public async Task Files_that_come_while_others_go_keep_their_folder_listed()
    {
        var alice = await host.As("alice");
        for (var round = 0; round < 6; round++)
        {
            var folder = $"busy {round}/inner";
            var leaving = await alice.Upload([1], "leaving", folder);
            var coming = await alice.Begin(FilesClient.Declaration(size: 1, folder: folder));
            await FilesClient.Stored(coming, [1]);
            await Task.WhenAll(alice.Send(HttpMethod.Delete, $"/{leaving}"), alice.Complete(coming.Id));
            Assert.Equal(["inner"], await Folders(alice, $"busy {round}"));
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task Each_order_lists_every_file_once_page_by_page()
    {
        var alice = await host.As("alice");
        (string Name, int Size)[] files = [("b", 3), ("A", 5), ("c", 1), ("B", 3), ("ä", 2)];
        foreach (var (name, size) in files)
        {
            await alice.Upload(new byte[size], name, "orders");
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        var expected = new Dictionary<string, string[]>
        {
            ["name"] = ["A", "b/B", "b/B", "c", "ä"],
            ["-name"] = ["ä", "c", "b/B", "b/B", "A"],
            ["created"] = ["b", "A", "c", "B", "ä"],
            ["-created"] = ["ä", "B", "c", "A", "b"],
            ["size"] = ["c", "ä", "b/B", "b/B", "A"],
            ["-size"] = ["A", "b/B", "b/B", "ä", "c"],
        };
        foreach (var (sort, names) in expected)
        {
            foreach (var limit in (int[])[1, 2, 5, 200])
            {
                var listed = await All(alice, $"?folder=orders&sort={sort}&limit={limit}");
                Assert.Equal(5, listed.Distinct().Count());
                Assert.All(names.Zip(listed), pair => Assert.Contains(pair.Second, pair.First.Split('/')));
            }
        }
        var cursor = (await alice.List("?folder=orders&sort=size&limit=1")).Cursor;
        await alice.Send(HttpMethod.Get, $"?folder=orders&cursor={cursor}").Fails(400, "invalid_cursor");
        cursor = (await alice.List("?folder=orders&sort=-created&limit=1")).Cursor;
        await alice.Send(HttpMethod.Get, $"?folder=other&sort=-created&cursor={cursor}").Fails(400, "invalid_cursor");
    }

    [Fact]
    public async Task A_search_finds_names_by_their_beginning_whatever_their_case()
    {
        var alice = await host.As("alice");
        foreach (var name in (string[])["Éclair.txt", "éclat", "e", "ecl", "日本語", "日記", new string('x', 120) + "1",
            new string('x', 120) + "2"])
        {
            await alice.Upload([1], name, "search");
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(["Éclair.txt", "éclat"], await Search("ÉCL"));
        Assert.Equal(["Éclair.txt", "éclat"], await Search("e\u0301cl"));
        Assert.Equal(["日本語", "日記"], await Search("日"));
        Assert.Equal([new string('x', 120) + "2"], await Search(new string('X', 120) + "2"));
        Assert.Equal(["éclat", "Éclair.txt"], await Search("é", "&sort=-name"));
        Assert.Equal(["éclat", "Éclair.txt"], await Search("ÉCLA", "&sort=-created&limit=1"));
        Assert.Empty(await Search("clair"));

        async Task<string[]> Search(string prefix, string more = "") =>
            [.. (await All(alice, $"?folder=search&prefix={Uri.EscapeDataString(prefix)}{more}"))];
    }

    [Fact]
    public async Task A_folder_too_large_to_sort_says_so_and_keeps_the_orders_of_its_keys()
    {
        var alice = await host.As("alice", "acme");
        var record = Latchkey.Files.FileRows.RecordRow(
            (await host.Service<Latchkey.Files.FileStore>().Find("acme", await alice.Upload([1], "many", "many"), default))!);
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        foreach (var chunk in Enumerable.Range(0, 1000).Chunk(100))
        {
            await table.SubmitTransactionAsync(chunk.Select(_ =>
            {
                record["Id"] = ((string)record["Id"])[..16] + Ids.NewBase32();
                var row = new Azure.Data.Tables.TableEntity(record) { RowKey = RowKeys.ListedByName("many", "many", (string)record["Id"]) };
                return new Azure.Data.Tables.TableTransactionAction(Azure.Data.Tables.TableTransactionActionType.Add, row);
            }));
        }
        await alice.Send(HttpMethod.Get, "?folder=many&sort=size").Fails(400, "folder_too_large");
        await alice.Send(HttpMethod.Get, "?folder=many&sort=size&prefix=m").Fails(400, "folder_too_large");
        Assert.Single((await alice.List("?folder=many&sort=-created")).Files);
        Assert.Equal(200, (await alice.List("?folder=many&limit=200")).Files.Count);
    }

    [Fact]
    public async Task Renaming_and_moving_change_the_lists_at_once_and_nothing_else()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1, 2, 3], "before.jpg", "from");
        var renamed = await Patched(alice, id, new { name = "après 😀.jpg" });
        Assert.Equal(("après 😀.jpg", "from"), (renamed.Name, renamed.Folder));
        Assert.Equal(["après 😀.jpg"], Names((await alice.List("?folder=from")).Files));
        await Patched(alice, id, new { name = "APRÈS 😀.jpg" }); // The same place in the order.
        Assert.Equal(["APRÈS 😀.jpg"], Names((await alice.List("?folder=from")).Files));
        await Patched(alice, id, new { name = "c", folder = "/to/été/" });
        Assert.Empty((await alice.List("?folder=from")).Files);
        Assert.Empty((await alice.List("?folder=from&sort=-created")).Files);
        Assert.Equal(["c"], Names((await alice.List("?folder=to/%C3%A9t%C3%A9&sort=-created")).Files));
        var served = await alice.Download(id);
        Assert.Equal("c", served.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal([1, 2, 3], await served.Content.ReadAsByteArrayAsync());

        var pending = await alice.Begin(FilesClient.Declaration(size: 1));
        await Patched(alice, pending.Id, new { folder = "pending" });
        Assert.Empty((await alice.List("?folder=pending")).Files);
        await FilesClient.Stored(pending, [1]);
        await alice.Completed(pending.Id);
        Assert.Single((await alice.List("?folder=pending")).Files);
        await Books.Balance(host);
    }

    [Theory]
    [InlineData("{\"name\":\"a/b\"}", "invalid_name")]
    [InlineData("{\"folder\":\"a//b\"}", "invalid_folder")]
    [InlineData("{\"space\":\"app\"}", "not_supported")]
    [InlineData("{\"size\":1}", "invalid_json")]
    [InlineData("[]", "invalid_json")]
    public async Task A_change_that_is_none_is_refused_and_changes_nothing(string body, string code)
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "stays", "here");
        var before = await alice.Read(id);
        await alice.Send(HttpMethod.Patch, $"/{id}", JsonDocument.Parse(body).RootElement).Fails(400, code);
        Assert.Equal(before, await alice.Read(id));
        await Patched(alice, id, new { });
        Assert.Equal(before, await alice.Read(id));
    }

    [Fact]
    public async Task Of_many_renames_at_once_each_is_done_whole_or_refused()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "race", "race");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n =>
            alice.Send(HttpMethod.Patch, $"/{id}", new { name = $"race {n}", folder = $"race/{n % 3}" })));
        Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 200 or 409, $"{(int)answer.StatusCode}"));
        await Books.Balance(host);
    }

    static Task<FileAnswer> Patched(FilesClient caller, string id, object change) => caller.Change(id, change);

    static async Task<string[]> Folders(FilesClient caller, string folder, string more = "")
    {
        var page = await caller.Send(HttpMethod.Get, $"?folder={Uri.EscapeDataString(folder)}{more}").Read<ListingAnswer>();
        return [.. page.Folders!];
    }

    static async Task<List<string>> All(FilesClient caller, string query)
    {
        var all = new List<string>();
        string? cursor = null;
        do
        {
            var page = await caller.List(query + (cursor is null ? "" : $"&cursor={cursor}"));
            all.AddRange(Names(page.Files));
            cursor = page.Cursor;
        }
        while (cursor is not null);
        return all;
    }
}
