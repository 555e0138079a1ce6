using System.Net;
using System.Security.Cryptography;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>
/// The process dies between every two requests of an upload in blocks. Either the same request goes on from there, or
/// nobody comes back and the sweep clears up: nothing is lost, nothing stays.
/// </summary>
public sealed class StagedCrashTests : OnCuttableStorage
{
    static readonly byte[] Bytes = [1, 2, 3];

    FilesOf alice = null!;

    private protected override async Task Prepare()
    {
        alice = await FilesOf.SignedIn(host);
        await alice.Upload(Bytes, "first", "elsewhere");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_complete_that_died_anywhere_is_completed_by_the_next_and_swept_clean(bool answerLost)
    {
        var ids = new List<string>();
        var cuts = await storage.CutEverywhere(answerLost, begun => alice.Complete(begun.Id, 1), prepare: Staged, check: async begun =>
        {
            await alice.Completed(begun.Id, 1);
            Assert.Equal(Bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
            ids.Add(begun.Id);
        });
        // Revocation, record, blocks, list of blocks, snapshot, bytes, by what it is known and (after a lost answer) found, record and list
        // row.
        Assert.Equal(answerLost ? 9 : 8, cuts);
        Assert.Equal(cuts,
            (await alice.List("?folder=staged&limit=200")).Files.Count(file => ids.Contains(file.GetProperty("id").GetString()!)));

        await SweepLater();
        var blobs = await host.Blobs("");
        foreach (var id in ids)
        {
            Assert.Equal(Bytes, await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
            Assert.Single(Of(blobs, id), item => item.Snapshot is not null);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_complete_that_died_and_was_given_up_leaves_a_file_or_nothing(bool answerLost)
    {
        var ids = new List<string>();
        await storage.CutEverywhere(answerLost, begun => alice.Complete(begun.Id, 1), prepare: Staged, check: begun =>
        {
            ids.Add(begun.Id);
            return Task.CompletedTask;
        });
        await SweepLater();
        var (blobs, available) = (await host.Blobs(""), await Task.WhenAll(ids.Select(IsAvailable)));
        foreach (var (id, isAvailable) in ids.Zip(available))
        {
            if (!isAvailable) Assert.Empty(Of(blobs, id));
            else Assert.Equal(Bytes, await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
        }
        Assert.Contains(available, isAvailable => !isAvailable);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_refusal_that_died_anywhere_ends_in_nothing(bool answerLost)
    {
        var ids = new List<string>();
        await storage.CutEverywhere(answerLost, begun => alice.Complete(begun.Id, 1), prepare: () =>
            Staged([1, 2, 4]), check: async begun =>
        {
            Assert.True((int)(await alice.Complete(begun.Id, 1)).StatusCode is 404 or 409 or 422);
            await FilesOf.Block(begun.Url, BlockPlan.Id(0), Bytes);
            Assert.Equal(404, (int)(await alice.Complete(begun.Id, 1)).StatusCode);
            ids.Add(begun.Id);
        });
        await SweepLater();
        var blobs = await host.Blobs("");
        foreach (var id in ids)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await alice.Send(HttpMethod.Get, $"/{id}")).StatusCode);
            Assert.Empty(Of(blobs, id));
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_begin_that_died_anywhere_is_swept_away(bool answerLost)
    {
        await storage.CutEverywhere(answerLost, _ => alice.Send(HttpMethod.Post, "", FilesOf.Declaration(folder: "begun")),
            prepare: () => Task.FromResult(0), check: _ => Task.CompletedTask);
        Assert.NotEmpty(await Pending());
        await SweepLater();
        Assert.Empty(await Pending());
        Assert.Empty(await NoteTables());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_form_that_died_anywhere_leaves_a_whole_file_or_is_swept_away(bool answerLost)
    {
        var cuts = await storage.CutEverywhere(answerLost, _ => Form(), prepare: () => Task.FromResult(0), check: _ => Task.CompletedTask);
        // Revocation, note, block, revocation, usage, record, list of blocks; record, bytes with properties, headers, (after a lost answer)
        // by what it is found, record and list rows.
        Assert.Equal(answerLost ? 12 : 11, cuts);
        Assert.NotEmpty(await Pending());
        await SweepLater();
        Assert.Empty(await Pending());
        var files = (await alice.List("?folder=form&limit=200")).Files;
        foreach (var file in files)
            Assert.Equal(Bytes, await (await alice.Download(file.GetProperty("id").GetString()!)).Content.ReadAsByteArrayAsync());
        Assert.Equal(files.Count + 1, // And the first.
            (await host.Blobs("")).Count(blob => blob.Properties.ContentLength > 0));
    }

    Task<HttpResponseMessage> Form()
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(Bytes), "file", "a.bin" },
            { new StringContent("form"), "folder" } };
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/files/upload") { Content = form };
        request.Headers.Authorization = new("Bearer", alice.Token);
        return host.Http.SendAsync(request);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_sweep_that_died_anywhere_is_finished_by_the_next(bool answerLost)
    {
        for (var cut = 0; ; cut++)
        {
            Assert.InRange(cut, 0, 30);
            var abandoned = await Staged();
            var single = await alice.Begin(FilesOf.Declaration());
            await FilesOf.Stored(single, Bytes);
            var (whole, kept) = (await alice.Upload(Bytes, folder: "kept"), await Staged());
            await alice.Completed(kept.Id, 1);
            host.Clock.Advance(TimeSpan.FromDays(10));
            storage.CutAfter(cut, answerLost);
            await host.Http.PostAsync("/admin/functions/sweep-uploads", null); // Dies, or logs what it could not do.
            var wasCut = storage.Mend();
            await host.RunTimer("sweep-uploads");
            host.Clock.Advance(TimeSpan.FromDays(-10));

            var blobs = await host.Blobs("");
            foreach (var id in (string[])[abandoned.Id, single.Id])
            {
                Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(HttpMethod.Get, $"/{id}"), 404));
                Assert.Empty(Of(blobs, id));
            }
            foreach (var id in (string[])[whole, kept.Id]) Assert.True(await IsAvailable(id));
            Assert.Single(Of(blobs, whole));
            Assert.Single(Of(blobs, kept.Id), item => item.Snapshot is not null);
            Assert.Empty(await NoteTables());
            if (!wasCut) return;
        }
    }

    Task<Begun> Staged() => Staged(Bytes);

    async Task<Begun> Staged(byte[] sent)
    {
        var begun = await alice.BeginBlocks(FilesOf.Declaration(folder: "staged", sha256: SHA256.HashData(Bytes)));
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), sent);
        return begun;
    }

    async Task SweepLater()
    {
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        host.Clock.Advance(TimeSpan.FromDays(-10)); // Storage's own clock has not moved, and it judges the URLs.
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("failed and will be retried", StringComparison.Ordinal));
    }

    async Task<bool> IsAvailable(string id) => (await alice.Send(HttpMethod.Get, $"/{id}")).StatusCode == HttpStatusCode.OK;

    static IEnumerable<BlobItem> Of(List<BlobItem> blobs, string id) =>
        blobs.Where(item => item.Name.StartsWith(id, StringComparison.Ordinal));

    async Task<List<TableEntity>> Pending()
    {
        var rows = new List<TableEntity>();
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<TableEntity>())
            if (row.GetString("Status") == nameof(FileStatus.Pending)) rows.Add(row);
        return rows;
    }

    async Task<List<string>> NoteTables()
    {
        var names = new List<string>();
        await foreach (var table in host.Service<StorageClients>().Tables.QueryAsync())
            if (table.Name.StartsWith("Uploads", StringComparison.Ordinal)) names.Add(table.Name);
        return names;
    }
}
