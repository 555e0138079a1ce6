using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Copies that storage makes by itself.</summary>
public sealed class CopyTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        await alice.MakeDueTables();
        await (await host.As("alice")).Upload([1], "first", space: "group:family");
    }

    [Fact]
    public async Task A_copy_is_a_file_of_its_own_with_the_same_bytes()
    {
        var bytes = FilesClient.Bytes(100_000);
        var begun = await alice.Begin(FilesClient.Declaration("été.jpg", bytes.Length, folder: "a", md5: FilesClient.Md5(bytes)));
        await FilesClient.Stored(begun, bytes);
        await alice.Completed(begun.Id);
        var answer = await alice.Send(HttpMethod.Post, $"/{begun.Id}/copy",
            new { name = "copy 日本.jpg", folder = "b", space = "group:family" });
        var copy = await answer.Read<FileAnswer>(202);
        var id = copy.Id;
        Assert.Equal($"{host.Origin}/demo/files/{id}", answer.Headers.Location?.ToString());
        Assert.Equal("copying", copy.Status);
        await alice.Send(HttpMethod.Get, $"/{id}/download").Fails(409, "file_copying");
        await alice.Complete(id).Fails(409, "file_copying");
        await alice.Send(HttpMethod.Post, $"/{id}/copy", new { }).Fails(409, "file_copying");
        Assert.Empty((await alice.List("?space=group:family&folder=b")).Files);

        var done = await alice.Read(id);
        Assert.Equal(("available", "copy 日本.jpg", "group:family"),
            (done.Status, done.Name, done.Space));
        Assert.Null(done.Copy);
        Assert.Equal(Convert.ToBase64String(FilesClient.Md5(bytes)), done.Md5);
        await alice.Send(HttpMethod.Delete, $"/{begun.Id}?permanent=true");
        var bob = await host.As("bob");
        var served = await bob.Download(id);
        Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", served.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Single((await bob.List("?space=group:family&folder=b")).Files);
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_copy_needs_no_clock_that_agrees_with_storages()
    {
        var id = await alice.Upload([1, 2]);
        host.Clock.Advance(TimeSpan.FromHours(5)); // What is signed to start 15 minutes ago starts hours from now for storage.
        alice = await host.As("alice");
        await alice.Read(await Copy(id, new { }));
    }

    [Fact]
    public async Task A_copy_beside_the_file_keeps_its_name_and_folder()
    {
        var id = await alice.Upload([1, 2], "twice", "a/b");
        var copy = await Copy(id, new { });
        Assert.NotEqual(id, copy);
        await alice.Read(copy);
        Assert.Equal(2, (await alice.List("?folder=a/b")).Files.Count);
    }

    [Fact]
    public async Task What_may_not_be_copied_is_refused_and_leaves_nothing()
    {
        var bob = await host.As("bob");
        var id = await alice.Upload([1, 2], "mine");
        var pending = (await alice.Begin(FilesClient.Declaration())).Id;
        await bob.Send(HttpMethod.Post, $"/{id}/copy", new { }).Fails(404, "file_not_found");
        await alice.Send(HttpMethod.Post, $"/{pending}/copy", new { }).Fails(409, "file_pending");
        await alice.Send(HttpMethod.Post, $"/{id}/copy", new { space = "group:other" }).Fails(404, "space_not_found");
        await alice.Send(HttpMethod.Post, $"/{id}/copy", new { name = "a/b" }).Fails(400, "invalid_name");
        var family = await alice.Upload([1], "ours", space: "group:family");
        await bob.Send(HttpMethod.Post, $"/{family}/copy", new { space = "group:family" }).Fails(403, "insufficient_rights");
        await bob.Copy(family, new { }); // Reading is enough to copy it to oneself.
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_copy_whose_caller_died_anywhere_is_finished_or_was_never_begun()
    {
        var id = await alice.Upload([1, 2, 3], "source", "crash");
        foreach (var answerLost in (bool[])[false, true])
        {
            for (var cut = 0; ; cut++)
            {
                storage.CutAfter(cut, answerLost);
                var answer = await alice.Send(HttpMethod.Post, $"/{id}/copy", new { name = $"copy {answerLost} {cut}" });
                if (!storage.Mend())
                {
                    Assert.Equal(6, cut); // Revocation, record, what is due, usage (asked again after a failure), record and usage, start.
                    break;
                }
                await answer.Fails(503, "storage_unavailable");
            }
        }
        host.Clock.Advance(TimeSpan.FromMinutes(14)); // Azurite's clock stands still: a SAS may start a quarter of an hour ahead of it.
        await host.RunTimer("files-sweep");
        await host.RunTimer("files-sweep"); // What had not even been started is started by the first, finished by the second.
        alice = await host.As("alice");
        var copies = (await alice.List("?folder=crash&prefix=copy")).Files;
        Assert.InRange(copies.Count, 2, 8);
        foreach (var copy in copies)
            Assert.Equal([1, 2, 3], await (await alice.Download(copy.Id)).Content.ReadAsByteArrayAsync());
        await Books.Balance(host);
        Assert.Equal(await Records(), (await Books.Blobs(host)).Count);
    }

    [Fact]
    public async Task A_copy_that_nobody_started_is_started_by_whoever_reads_it()
    {
        var id = await alice.Upload([7, 8], "source");
        var copy = await Unstarted(id);
        var read = await alice.Read(copy);
        Assert.Equal("copying", read.Status);
        Assert.Equal((0, 2), (read.Copy!.Bytes, read.Copy!.Total));
        Assert.Equal("available", (await alice.Read(copy)).Status);
    }

    [Fact]
    public async Task A_copy_goes_on_when_its_source_is_in_the_trash_and_fails_when_that_is_gone()
    {
        var (trashed, gone) = (await alice.Upload([1], "trashed"), await alice.Upload([1], "gone"));
        var (first, second) = (await Unstarted(trashed), await Unstarted(gone));
        await alice.Send(HttpMethod.Delete, $"/{trashed}");
        await alice.Send(HttpMethod.Delete, $"/{gone}?permanent=true");

        await alice.Read(first);
        Assert.Equal("available", (await alice.Read(first)).Status);
        await alice.Send(HttpMethod.Get, $"/{second}").Fails(409, "copy_failed");
        await alice.Send(HttpMethod.Get, $"/{second}").Fails(404, "file_not_found");
        await Books.Balance(host);
    }

    [Fact]
    public async Task Deleting_a_copy_on_its_way_stops_it_and_gives_its_room_back()
    {
        var id = await alice.Upload([1], "source");
        foreach (var copy in new[] { await Copy(id, new { }), await Unstarted(id) })
        {
            Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{copy}")).StatusCode);
            await alice.Send(HttpMethod.Get, $"/{copy}").Fails(404, "file_not_found");
            Assert.DoesNotContain(copy, await Books.Blobs(host));
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_copy_that_storage_has_not_done_yet_tells_how_far_it_is()
    {
        var id = await alice.Upload(FilesClient.Bytes(1000), "source");
        var copy = await Copy(id, new { });
        storage.PretendCopying("250/1000");
        var read = await alice.Read(copy);
        Assert.Equal("copying", read.Status);
        Assert.Equal((250, 1000), (read.Copy!.Bytes, read.Copy!.Total));
        storage.PretendCopying(null);
        Assert.Equal("available", (await alice.Read(copy)).Status);
    }

    async Task<string> Copy(string id, object how) =>
        (await alice.Copy(id, how)).Id;

    // The process died between the record and the start.
    async Task<string> Unstarted(string id)
    {
        var source = (await host.Service<FileStore>().Find("demo", id, default))!;
        var copy = source with
        {
            Id = FileRecord.NewId("demo", source.Owner),
            Status = FileStatus.Copying,
            CopyOf = id,
            CompletedAt = null,
            ListKeys = [],
        };
        await host.Service<FileStore>().Add(copy, copy.Owner, default);
        return copy.Id;
    }

    async Task<int> Records()
    {
        var count = 0;
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<Azure.Data.Tables.TableEntity>())
            if (row.RowKey.StartsWith("file|", StringComparison.Ordinal)) count++;
        return count;
    }
}
