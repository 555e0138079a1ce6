using System.Net;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>
/// Storage goes away between every two requests of an operation, before the request or before its answer. The caller
/// gets a 503, and the same request sent again ends as if nothing had happened.
/// </summary>
public sealed class CrashTests : OnCuttableStorage
{
    const int MostSteps = 14; // More than any operation has; a cut that lies behind its end ends the loop.

    FilesOf alice = null!;

    private protected override async Task Prepare()
    {
        alice = await FilesOf.SignedIn(host);
        await alice.Upload([1, 2, 3], "first", "elsewhere");
        await alice.MakeDueTables();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_begin_that_died_anywhere_leaves_nothing_that_is_seen(bool answerLost)
    {
        var cuts = await storage.CutEverywhere(answerLost, _ => alice.Send(HttpMethod.Post, "", FilesOf.Declaration(folder: "begun")),
            prepare: () => Task.FromResult(0), check: async _ => Assert.Empty((await alice.List("?folder=begun")).Files));
        await Swept();
        Assert.Equal(4, cuts); // Revocation, note, usage (asked again after a failure), record and usage.
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_complete_that_died_anywhere_is_completed_by_the_next(bool answerLost)
    {
        byte[] bytes = [1, 2, 3];
        var ids = new List<string>();
        var cuts = await storage.CutEverywhere(answerLost, begun => alice.Complete(begun.Id),
            prepare: async () =>
            {
                var begun = await alice.Begin(FilesOf.Declaration(folder: "completed", md5: FilesOf.Md5(bytes)));
                await FilesOf.Stored(begun, bytes, put => put.Headers.Add("x-ms-meta-mine", "mine"));
                return begun;
            },
            check: async begun =>
            {
                await alice.Completed(begun.Id);
                Assert.Equal("available", (await alice.Read(begun.Id)).GetProperty("status").GetString());
                Assert.Equal(bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
                ids.Add(begun.Id);
                Assert.Equal(ids.Count, (await alice.List("?folder=completed")).Files.Count);
            });
        await Swept();
        foreach (var id in ids) Assert.Equal(bytes, await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
        // Revocation, record, bytes, metadata, the index's row (after a lost answer), record and list rows and usage.
        Assert.Equal(answerLost ? 6 : 5, cuts);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_begin_or_complete_that_died_anywhere_and_was_given_up_is_swept_away_or_a_file(bool answerLost)
    {
        var begun = new List<Begun>();
        await storage.CutEverywhere(answerLost, file => alice.Complete(file.Id),
            prepare: async () =>
            {
                begun.Add(await alice.Begin(FilesOf.Declaration(folder: "given up", md5: FilesOf.Md5([1, 2, 3]))));
                await FilesOf.Stored(begun[^1], [1, 2, 3]);
                return begun[^1];
            },
            check: _ => Task.CompletedTask);
        await Swept();
        foreach (var file in (await alice.List("?folder=given+up")).Files)
            Assert.Equal([1, 2, 3], await (await alice.Download(file.GetProperty("id").GetString()!)).Content.ReadAsByteArrayAsync());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_refusal_that_died_anywhere_is_given_again_or_the_upload_is_gone(bool answerLost)
    {
        await storage.CutEverywhere(answerLost, begun => alice.Complete(begun.Id),
            prepare: async () =>
            {
                var begun = await alice.Begin(FilesOf.Declaration(size: 4));
                await FilesOf.Stored(begun, [1, 2, 3]);
                return begun;
            },
            check: async begun =>
            {
                var answer = await alice.Complete(begun.Id);
                Assert.True((int)answer.StatusCode is 404 or 409 or 422, $"{answer.StatusCode}");
                await FilesOf.Put(begun, [1, 2, 3, 4]); // Whoever does not know yet sends again: nothing comes of it.
                Assert.Equal(404, (int)(await alice.Complete(begun.Id)).StatusCode);
            });
        await Swept();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_delete_that_died_anywhere_is_finished_by_the_next(bool answerLost)
    {
        var cuts = await storage.CutEverywhere(answerLost, id => alice.Send(HttpMethod.Delete, $"/{id}?permanent=true"),
            prepare: () => alice.Place([1, 2, 3], folder: "deleted"),
            check: async id =>
            {
                // 404 only if the last step was done and its answer alone was lost.
                Assert.True((int)(await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode is 204 or 404);
                foreach (var (method, path) in BadInputTests.Endpoints(id))
                    Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(method, path), 404));
                Assert.Empty((await alice.List("?folder=deleted")).Files);
                Assert.Null(await host.Service<BlobStore>().Find("demo", id, default));
                Assert.Empty(await Rows(id));
            });
        await Swept();
        // Revocation, record, what is due, mark and list rows, bytes, shares, usage, record and usage, the folder's
        // emptiness, its row, its emptiness again (files, folders), its row.
        Assert.Equal(12, cuts);
    }

    [Fact]
    public async Task A_file_whose_deletion_was_begun_is_gone_for_everything_but_delete()
    {
        var id = await alice.Upload([1, 2, 3], folder: "marked");
        storage.CutAfter(4, answerLost: false); // Revocation, record, what is due, mark.
        Assert.Equal(503, (int)(await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
        storage.Mend();

        foreach (var (method, path) in BadInputTests.Endpoints(id).Where(e => e.Method != HttpMethod.Delete))
            Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(method, path), 404));
        Assert.Empty((await alice.List("?folder=marked")).Files);
        Assert.Equal(HttpStatusCode.NoContent, (await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
        Assert.Empty(await Rows(id));
    }

    [Fact]
    public async Task One_lost_answer_is_not_noticed()
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var begun = await Losing(cut, () => alice.Begin(FilesOf.Declaration(folder: "not noticed")));
            await FilesOf.Stored(begun, [1, 2, 3], put => put.Headers.Add("x-ms-meta-mine", "mine"));
            await Losing(cut, () => alice.Completed(begun.Id));
            Assert.Single((await alice.List("?folder=not+noticed")).Files);
            Assert.Equal(HttpStatusCode.NoContent,
                (await Losing(cut, () => alice.Send(HttpMethod.Delete, $"/{begun.Id}?permanent=true"))).StatusCode);
            Assert.Empty(await Rows(begun.Id));
        }
    }

    // Ten days later: nothing lost, leaked or counted twice.
    async Task Swept()
    {
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromDays(-10)); // Storage's own clock has not moved, and it judges the URLs.
        await Books.Balance(host);
        Assert.Equal(await Books.Records(host), (await Books.Blobs(host)).Order(StringComparer.Ordinal));
    }

    async Task<T> Losing<T>(int cut, Func<Task<T>> steps)
    {
        storage.CutAfter(cut, answerLost: true, requests: 1);
        var answer = await steps();
        storage.Mend();
        return answer;
    }

    async Task<List<TableEntity>> Rows(string id)
    {
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        var rows = new List<TableEntity>();
        await foreach (var row in table.QueryAsync<TableEntity>(row => row.PartitionKey == $"demo|{id.Substring(0, 16)}"))
        {
            // What had happened to the file is told for a while.
            if (row.GetString("Id") == id && !row.RowKey.StartsWith(RowKeys.AnyChange, StringComparison.Ordinal)) rows.Add(row);
        }
        return rows;
    }
}
