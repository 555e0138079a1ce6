using Latchkey.Storage;

namespace Latchkey.Tests.Files.Bulk;

/// <summary>Many files in one request, with an answer for each.</summary>
public sealed class BulkTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Each_file_is_answered_in_order_and_one_that_fails_stops_no_other()
    {
        var (alice, bob) = (await FoldersClient.As(host), await FoldersClient.As(host, "bob"));
        var ids = new List<string>();
        for (var n = 0; n < 4; n++) ids.Add(await alice.Upload([1], $"{n}", "bulk"));
        var (strangers, pending, readable) = (await bob.Upload([1], "his"), (await alice.Begin(FilesClient.Declaration())).Id,
            await bob.Upload([1], "shared"));
        await bob.Share(readable, new { with = new { user = "alice" }, access = "read" });
        string[] all = [ids[0], strangers, ids[1], "nonsense", ids[0], readable, new string('a', 32), ids[2]];

        var results = await alice.Bulk(new { action = "move", ids = all, folder = "bulk/moved" });
        Assert.Equal(all.Distinct(), results.Select(result => result.Id));
        Assert.Equal("200: 404:file_not_found 200: 404:file_not_found 403:insufficient_rights 404:file_not_found 200:", Told(results));
        Assert.Equal("3 moved/ moved/0 moved/1 moved/2", await alice.Tree("bulk"));

        results = await alice.Bulk(new { action = "delete", ids = new[] { ids[0], ids[1], strangers, ids[2] } });
        Assert.Equal("204: 204: 404:file_not_found 204:", Told(results));
        Assert.Equal("3", await alice.Tree("bulk"));
        Assert.Equal("204:", Told(await alice.Bulk(new { action = "delete", ids = new[] { ids[0] } }))); // In the trash already.

        results = await alice.Bulk(new { action = "restore", ids = new[] { ids[1], ids[3], pending, ids[0] } });
        Assert.Equal("200: 200: 409:file_not_deleted 200:", Told(results));
        Assert.Equal("3 moved/ moved/0 moved/1", await alice.Tree("bulk"));

        results = await alice.Bulk(new { action = "delete", ids = new[] { ids[0], ids[2] }, permanent = true });
        Assert.Equal("204: 204:", Told(results));
        await alice.Send(HttpMethod.Get, $"/{ids[0]}").Fails(404, "file_not_found");
        Assert.Equal("200", $"{(int)(await bob.Send(HttpMethod.Get, $"/{strangers}")).StatusCode}");
        await Books.Balance(host);
    }

    [Fact]
    public async Task Tags_are_set_added_and_removed()
    {
        var alice = await FoldersClient.As(host);
        var ids = new[] { await alice.Upload([1], "a"), await alice.Upload([1], "b") };
        await alice.Change(ids[0], new { tags = Enumerable.Range(0, 10).Select(n => $"{n}") });
        await alice.Change(ids[1], new { tags = new[] { "old" } });
        Assert.Equal("400:invalid_tags 200:", Told(await alice.Bulk(new { action = "tag", ids, addTags = new[] { "new" } })));
        Assert.Equal(["old", "new"], (await alice.Read(ids[1])).Tags);
        Assert.Equal("200: 200:",
            Told(await alice.Bulk(new { action = "tag", ids, addTags = new[] { "x" }, removeTags = new[] { "OLD", "3" } })));
        Assert.Equal(["new", "x"], (await alice.Read(ids[1])).Tags);
        Assert.Equal("0 1 2 4 5 6 7 8 9 x", string.Join(' ', (await alice.Read(ids[0])).Tags!));
        Assert.Equal("200: 200:", Told(await alice.Bulk(new { action = "tag", ids, tags = new[] { "one" } })));
        Assert.Equal(["one"], (await alice.Read(ids[0])).Tags);
        Assert.Equal("200: 200:", Told(await alice.Bulk(new { action = "tag", ids, tags = Array.Empty<string>() })));
        Assert.Null((await alice.Read(ids[0])).Tags);
        await Books.Balance(host);
    }

    [Theory]
    [InlineData("""{"action":"delete","ids":[]}""", "invalid_field")]
    [InlineData("""{"action":"burn","ids":["a"]}""", "invalid_field")]
    [InlineData("""{"action":"move","ids":["a"]}""", "invalid_field")]
    [InlineData("""{"action":"move","ids":["a"],"folder":"a//b"}""", "invalid_folder")]
    [InlineData("""{"action":"move","ids":["a"],"folder":"a","space":"app"}""", "not_supported")]
    [InlineData("""{"action":"restore","ids":["a"],"folder":"a"}""", "invalid_field")]
    [InlineData("""{"action":"restore","ids":["a"],"permanent":true}""", "invalid_field")]
    [InlineData("""{"action":"delete","ids":["a"],"tags":[]}""", "invalid_field")]
    [InlineData("""{"action":"tag","ids":["a"]}""", "invalid_field")]
    [InlineData("""{"action":"tag","ids":["a"],"tags":["x"],"addTags":["y"]}""", "invalid_field")]
    [InlineData("""{"action":"tag","ids":["a"],"tags":["a/b"]}""", "invalid_tags")]
    [InlineData("""{"action":"delete","ids":[null]}""", "invalid_json")]
    [InlineData("""{"action":"delete"}""", "invalid_json")]
    public async Task A_request_that_makes_no_sense_is_refused_whole(string body, string code) =>
        await (await FoldersClient.As(host)).Send(HttpMethod.Post, "/bulk", System.Text.Json.JsonDocument.Parse(body).RootElement)
            .Fails(400, code);

    [Fact]
    public async Task A_thousand_ids_are_answered_and_one_more_is_refused()
    {
        var alice = await FoldersClient.As(host);
        var ids = Enumerable.Range(0, 1000).Select(_ => Ids.NewBase32() + Ids.NewBase32()).ToList();
        var results = await alice.Bulk(new { action = "delete", ids });
        Assert.Equal(ids, results.Select(result => result.Id));
        Assert.All(results, result => Assert.Equal((404, "file_not_found"), (result.Status, result.Code)));
        await alice.Send(HttpMethod.Post, "/bulk", new { action = "delete", ids = ids.Append("x") }).Fails(400, "invalid_field");
    }

    static string Told(IEnumerable<BulkResultAnswer> results) =>
        string.Join(' ', results.Select(result => $"{result.Status}:{result.Code}"));
}
