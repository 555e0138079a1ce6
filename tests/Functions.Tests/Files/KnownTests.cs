using System.Security.Cryptography;
using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>An app asks which of its files a space has, and what it keeps with them comes back.</summary>
public sealed class KnownTests : IAsyncLifetime
{
    const string Modified = "2001-07-01T18:30:00.123Z";

    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await host.As("alice");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_space_knows_what_is_there_by_content_and_by_name_size_and_time()
    {
        byte[] bytes = [1, 2, 3];
        var (content, name) = (ByContent(bytes), ByName("Été.jpg", 3));
        Assert.Equal([null, null], await Known(content, name));
        var begun = await alice.Begin(Photo(bytes, "Été.jpg"));
        Assert.Equal([null, null], await Known(content, name)); // Nobody has seen the bytes yet.
        await FilesClient.Stored(begun, bytes);
        await alice.Completed(begun.Id);
        Assert.Equal([begun.Id, null, begun.Id, begun.Id], await Known(name, ByContent([9]), content, ByName("E\u0301te\u0301.jpg", 3)));
        Assert.Equal([null, null, null, null], await Known(
            ByName("été.jpg", 3), ByName("Été.jpg", 4), ByName("Été.jpg", 3, "2001-07-01T18:30:00.124Z"), ByName("other", 3)));
        Assert.Equal([begun.Id], await Known(ByName("Été.jpg", 3, "2001-07-01T20:30:00.123+02:00")));

        await alice.Change(begun.Id, new { name = "renamed", folder = "elsewhere" });
        Assert.Equal([null, begun.Id, begun.Id], await Known(name, ByName("renamed", 3), content));
        await alice.Trash(begun.Id);
        Assert.Equal([null, null], await Known(content, ByName("renamed", 3)));
        await alice.Restore(begun.Id);
        var copy = (await alice.Copy(begun.Id, new { name = "copy" })).Id;
        await alice.Read(copy);
        Assert.Equal([begun.Id, copy], await Known(content, ByName("copy", 3)));
        await alice.Purge(begun.Id);
        Assert.Equal([copy, null], await Known(content, ByName("renamed", 3)));
        await alice.Change(copy, new { modifiedAt = "" });
        Assert.Equal([copy, null], await Known(content, ByName("copy", 3)));

        // Its bytes are lost: the app has to bring them again.
        await host.Service<BlobStore>().Delete("demo", copy, default);
        var admin = await host.Admin();
        await host.Send(HttpMethod.Post, "/demo/files-check", admin.Token).Is(200);
        Assert.Equal([null], await Known(content));
        await alice.Purge(copy);
        Assert.DoesNotContain(await Rows(), row => row.RowKey.StartsWith("known|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_a_hash_that_was_verified_is_known_and_only_in_its_own_space()
    {
        await alice.Upload([4, 5], "undeclared");
        Assert.Equal([null], await Known(ByContent([4, 5])));
        var begun = await alice.Begin(Photo([1], "hers"));
        await FilesClient.Stored(begun, [1]);
        await alice.Completed(begun.Id);
        var bob = await host.As("bob");
        Assert.Equal([null], await Known(bob, null, ByContent([1])));
        Assert.Equal([null], await Known(alice, "group:family", ByContent([1])));
        await bob.Send(HttpMethod.Post, "/known", new { space = "group:nobodys", items = new[] { ByContent([1]) } })
            .Fails(404, "space_not_found");
        var group = await alice.Begin(FilesClient.Declaration("ours", 1, space: "group:family", sha256: SHA256.HashData([1])));
        await FilesClient.Stored(group, [1]);
        await alice.Completed(group.Id);
        Assert.Equal([group.Id], await Known(bob, "group:family", ByContent([1]))); // He may read there.
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_is_asked_is_checked()
    {
        await alice.Upload([1]);
        var before = (await Rows()).Count;
        var bad = new object[]
        {
            new { items = Array.Empty<object>() }, new { items = Enumerable.Repeat(ByContent([1]), 1001) },
            new { items = new object?[] { null } }, new { items = new[] { new { } } }, new { items = new[] { new { sha256 = "abc" } } },
            new { items = new[] { new { sha256 = new string('g', 64) } } }, new { items = new[] { new { name = "a", size = 1 } } },
            new { items = new[] { new { name = "a", size = -1, modifiedAt = Modified } } },
            new { items = new[] { new { name = "a", size = 1, modifiedAt = "" } } },
            new { items = new[] { new { name = "a", sha256 = new string('a', 64) } } },
        };
        foreach (var body in bad) await alice.Send(HttpMethod.Post, "/known", body).Fails(400, "invalid_items");
        foreach (var time in new[] { "yesterday", "2026-07-01T18:30:00", "2026-07-01", "1601-07-01T00:00:00Z", "2026-02-30T00:00:00Z" })
        {
            await alice.Send(HttpMethod.Post, "/known", new { items = new[] { ByName("a", 1, time) } }).Fails(400, "invalid_time");
            await alice.Send(HttpMethod.Post, "", new { name = "a", size = 1, takenAt = time }).Fails(400, "invalid_time");
        }
        await alice.Send(HttpMethod.Post, "/known", new { items = new[] { ByName("a/b", 1) } }).Fails(400, "invalid_name");
        await alice.Send(HttpMethod.Post, "/known", new { items = 1 }).Fails(400, "invalid_json");
        foreach (var metadata in new object[]
        {
            new { a = new string('x', 2048) }, new Dictionary<string, string> { ["ä"] = "" }, new Dictionary<string, string> { [""] = "" },
            new Dictionary<string, string?> { ["a"] = null }, new Dictionary<string, string> { [new string('a', 65)] = "" },
        })
            await alice.Send(HttpMethod.Post, "", new { name = "a", size = 1, metadata }).Fails(400, "invalid_metadata");
        Assert.Equal(before, (await Rows()).Count);
    }

    [Fact]
    public async Task A_thousand_questions_cost_three_requests_however_many_files_there_are()
    {
        var bytes = new byte[] { 7 };
        var begun = await alice.Begin(Photo(bytes, "first"));
        await FilesClient.Stored(begun, bytes);
        await alice.Completed(begun.Id);
        var questions = Enumerable.Range(0, 999).Select(n => ByContent(BitConverter.GetBytes(n))).Append(ByContent(bytes)).ToArray();
        await Costs();

        // 128,000 entries of other files, half of what the rows hold, and one row that is full.
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var own = (await Rows()).Where(row => row.RowKey.StartsWith("known|", StringComparison.Ordinal)).ToList();
        var (partition, incarnation) = (own[0].PartitionKey, own[0].GetString("Incarnation"));
        var full = KnownRows.RowOf(KnownFile.ByContent(Convert.ToHexStringLower(SHA256.HashData([8]))));
        foreach (var names in Enumerable.Range(0, 256).Select(n => n.ToString("x2", null)).Chunk(16))
        {
            await table.SubmitTransactionAsync(names.Where(name => own.TrueForAll(row => row.RowKey != RowKeys.Known(name))).Select(name =>
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(partition, RowKeys.Known(name))
                {
                    ["Incarnation"] = incarnation,
                    ["Entries"] = new byte[name == full ? 64 << 10 : 500 * 32],
                    ["Entries2"] = name == full ? new byte[64 << 10] : null,
                })));
        }
        await Costs();
        var unlisted = await alice.Begin(FilesClient.Declaration("does not fit", 1, sha256: SHA256.HashData([8])));
        await FilesClient.Stored(unlisted, [8]);
        await alice.Completed(unlisted.Id);
        Assert.Equal([null], await Known(ByContent([8])));
        await alice.Purge(unlisted.Id);

        async Task Costs()
        {
            IEnumerable<string?> ids = [];
            Assert.Equal(3, await host.Trips(async () => ids = await Known(questions)));
            Assert.Equal([.. Enumerable.Repeat((string?)null, 999), begun.Id], ids);
        }
    }

    [Fact]
    public async Task Of_uploads_on_two_instances_at_once_every_one_is_known()
    {
        await using var other = await TestHost.Start(clock: host.Clock, settings: new()
        {
            ["Latchkey:Storage:ConnectionString"] = host.Service<Settings>().ConnectionString,
        });
        FilesClient[] clients = [alice, await other.As("alice")];
        var ids = await Task.WhenAll(Enumerable.Range(0, 12).Select(async n =>
        {
            var begun = await clients[n % 2].Begin(Photo([(byte)n], $"{n}"));
            await FilesClient.Stored(begun, [(byte)n]);
            return (await clients[n % 2].Completed(begun.Id)).Id;
        }));
        Assert.Equal(ids, await Known([.. Enumerable.Range(0, 12).Select(n => ByContent([(byte)n]))]));
        await Task.WhenAll(ids.Select((id, n) => clients[n % 2].Trash(id)));
        Assert.All(await Known([.. Enumerable.Range(0, 12).Select(n => ByName($"{n}", 1))]), Assert.Null);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Times_and_metadata_come_back_and_sort()
    {
        var start = (await alice.Changes()).Cursor;
        var metadata = new Dictionary<string, string> { ["asset"] = "B84E <\"ü💥\u0001>", ["a.b-c_D1"] = "" };
        var first = await alice.Begin(new
        {
            name = "b",
            size = 1,
            folder = "roll",
            modifiedAt = Modified,
            takenAt = "2026-07-01T20:30:00+02:00",
            metadata,
        });
        await FilesClient.Stored(first, [1]);
        var file = await alice.Completed(first.Id);
        Assert.Equal(DateTimeOffset.Parse(Modified, null), file.ModifiedAt);
        Assert.Equal(DateTimeOffset.Parse("2026-07-01T18:30:00Z", null), file.TakenAt);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(metadata, (await alice.Changes($"?cursor={start}")).Items.Single().File!.Metadata);
        foreach (var (name, taken) in new[] { ("a", "1999-01-01T00:00:00Z"), ("c", "2027-01-01T00:00:00Z"), ("d", "") })
        {
            var begun = await alice.Begin(new { name, size = 1, folder = "roll", takenAt = taken });
            await FilesClient.Stored(begun, [1]);
            await alice.Completed(begun.Id);
        }
        Assert.Equal("c b a", await Names("-taken"));
        Assert.Equal("a b c", await Names("taken"));
        Assert.Equal("c", await Names("-taken&prefix=c"));
        Assert.StartsWith("b ", await Names("modified"), StringComparison.Ordinal); // The others stand where they were created.
        Assert.EndsWith(" b", await Names("-modified"), StringComparison.Ordinal);
        var page = await alice.List("?folder=roll&sort=-taken&limit=2");
        Assert.Equal("a", Assert.Single((await alice.List($"?folder=roll&sort=-taken&limit=2&cursor={page.Cursor}")).Files).Name);

        var changed = await alice.Change(first.Id, new { takenAt = "1998-01-01T00:00:00Z", metadata = new { n = "1" } });
        Assert.Equal((file.ModifiedAt, "1"), (changed.ModifiedAt, changed.Metadata!["n"]));
        Assert.Equal("c a b", await Names("-taken"));
        changed = await alice.Change(first.Id, new { takenAt = "", modifiedAt = "", metadata = new { } });
        Assert.True(changed is { TakenAt: null, ModifiedAt: null, Metadata: null });
        Assert.Equal("c a", await Names("-taken"));
        Assert.Equal(["created", "created", "created", "created", "changed", "changed"],
            (await alice.Follow(start)).Items.Select(i => i.Kind));
        await Books.Balance(host);

        async Task<string> Names(string sort) =>
            string.Join(' ', (await alice.List($"?folder=roll&sort={sort}")).Files.Select(listed => listed.Name));
    }

    static object Photo(byte[] bytes, string name) => new
    {
        name,
        size = bytes.Length,
        sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        modifiedAt = Modified,
    };

    static object ByContent(byte[] bytes) => new { sha256 = Convert.ToHexString(SHA256.HashData(bytes)) };

    static object ByName(string name, long size, string modifiedAt = Modified) => new { name, size, modifiedAt };

    Task<IEnumerable<string?>> Known(params object[] items) => Known(alice, null, items);

    static async Task<IEnumerable<string?>> Known(FilesClient client, string? space, params object[] items)
    {
        object body = space is null ? new { items } : new { space, items };
        var answer = await client.Send(HttpMethod.Post, "/known", body).Read<KnownAnswer>();
        Assert.All(answer.Items, item => Assert.Equal(item.Known, item.Id is not null));
        return answer.Items.Select(item => item.Id);
    }

    async Task<List<TableEntity>> Rows()
    {
        var rows = new List<TableEntity>();
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<TableEntity>()) rows.Add(row);
        return rows;
    }
}
