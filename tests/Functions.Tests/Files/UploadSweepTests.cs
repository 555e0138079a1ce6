using System.Net;
using Latchkey.Files;

namespace Latchkey.Tests.Files;

/// <summary>What was abandoned, and what a URL wrote too late, goes; what is under way or complete stays.</summary>
public sealed class UploadSweepTests : IAsyncLifetime
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
    public async Task An_upload_has_its_time_and_is_then_refused_and_swept()
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        host.Clock.Advance(TimeSpan.FromDays(8) - TimeSpan.FromMinutes(5));
        alice = await host.As("alice");
        var progress = await alice.Progress(begun.Id);
        // No URL outlives the upload, so none can write after the sweep.
        Assert.Equal(host.Clock.Now.AddMinutes(5), progress.Upload!.ExpiresAt, TimeSpan.FromSeconds(1));
        Assert.Equal(host.Clock.Now.AddMinutes(5), progress.Deadline!.Value, TimeSpan.FromSeconds(1));

        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await alice.Send(HttpMethod.Get, $"/{begun.Id}/upload").Fails(410, "upload_expired");
        await alice.Complete(begun.Id, 1).Fails(410, "upload_expired");
        await host.RunTimer("sweep-uploads");
        Assert.Equal("pending", (await alice.Read(begun.Id)).Status);

        host.Clock.Advance(TimeSpan.FromDays(2));
        await host.RunTimer("sweep-uploads");
        alice = await host.As("alice");
        await alice.Send(HttpMethod.Get, $"/{begun.Id}").Fails(404, "file_not_found");
        Assert.Empty(await host.Blobs(begun.Id));
    }

    [Fact]
    public async Task Each_upload_is_looked_at_once_and_live_files_never_again()
    {
        for (var n = 0; n < 5; n++) await alice.Upload([1], $"{n}");
        host.Clock.Advance(TimeSpan.FromDays(10));
        // Tables; five notes at once; five records, five notes away; the table away.
        Assert.Equal(13, await host.Trips(() => host.RunTimer("sweep-uploads")));
        Assert.Equal(1, await host.Trips(() => host.RunTimer("sweep-uploads")));
    }

    [Fact]
    public async Task What_a_url_wrote_after_the_file_was_deleted_is_swept()
    {
        var single = await alice.Begin(FilesClient.Declaration());
        var blocks = await alice.BeginBlocks(FilesClient.Declaration());
        foreach (var id in (string[])[single.Id, blocks.Id])
            Assert.Equal(HttpStatusCode.NoContent, (await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        await FilesClient.Stored(single, [1, 2, 3]);
        await FilesClient.PutTo(blocks.Url, [1, 2, 3], ("x-ms-blob-type", "BlockBlob"));
        Assert.Equal(2, (await host.Blobs("")).Count);

        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        Assert.Empty(await host.Blobs(""));
    }

    [Fact]
    public async Task What_a_url_wrote_after_complete_is_swept_and_the_file_stays()
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(begun.Id, 1);
        await FilesClient.PutTo(begun.Url, FilesClient.Bytes(5000), ("x-ms-blob-type", "BlockBlob"));
        await FilesClient.PutTo($"{begun.Url}&comp=snapshot", []);
        Assert.Equal(3, (await host.Blobs(begun.Id)).Count);
        var untouched = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(untouched.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(untouched.Id, 1);

        var url = await alice.DownloadUrl(begun.Id);
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        Assert.Equal([3, 3], (await host.Blobs(untouched.Id)).Select(item => item.Properties.ContentLength!.Value));
        var left = await host.Blobs(begun.Id);
        Assert.Equal([0, 3], left.Select(item => item.Properties.ContentLength!.Value).Order());
        Assert.Equal([1, 2, 3], await (await FilesClient.Fetch(url)).Content.ReadAsByteArrayAsync());
    }
}
