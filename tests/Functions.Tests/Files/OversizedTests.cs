using Latchkey.Files;

namespace Latchkey.Tests.Files;

/// <summary>A URL can't limit a size: what it writes beyond what was declared is found within the hour, deleted and counted.</summary>
public sealed class OversizedTests : IAsyncLifetime
{
    const int Sent = 1 << 20;

    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await host.As("alice");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    // What the timer would do: the clock goes on by ten minutes, and it runs.
    async Task WithinTheHour()
    {
        for (var minutes = 0; minutes < 60; minutes += 10)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(10));
            await host.RunTimer("sweep-uploads");
        }
        alice = await host.As("alice");
    }

    async Task AssertGoneAndTold(string id, long declared)
    {
        await alice.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
        Assert.Empty(await host.Blobs(id));
        await AssertTold(id, declared);
        await Books.Balance(host);
    }

    async Task AssertTold(string id, long declared)
    {
        var (admin, user) = (await host.Admin(), await host.UserId("alice"));
        await Eventually.True(async () => (await admin.Audit("?type=upload-oversized")).Any(entry =>
            entry.Target == id && entry.Actor == user
            && entry.Client == "first-party"
            && entry.Detail!.StartsWith($"{declared} bytes declared", StringComparison.Ordinal)));
        Assert.Contains((await Usage()).Oversized, one => one.FileId == id && one.Uploader == $"user:{user}");
    }

    async Task<Usage> Usage() =>
        await host.Service<SpaceQuota>().Read("demo", new Owner("user", await host.UserId("alice")).SpaceKey("demo"), default);

    [Fact]
    public async Task More_than_declared_by_one_put_is_gone_within_the_hour()
    {
        var begun = await alice.Begin(FilesClient.Declaration(size: 6));
        await FilesClient.Stored(begun, FilesClient.Bytes(Sent));
        await WithinTheHour();
        await AssertGoneAndTold(begun.Id, 6);
        Assert.Equal((0, 0, 0), ((await Usage()).Bytes, (await Usage()).Files, (await Usage()).Pending));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task More_than_declared_in_blocks_is_gone_within_the_hour_committed_or_not(bool isCommitted)
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration(size: 6));
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), FilesClient.Bytes(Sent));
        if (isCommitted) await FilesClient.PutTo(begun.Url, FilesClient.Bytes(Sent), ("x-ms-blob-type", "BlockBlob"));
        await WithinTheHour();
        await AssertGoneAndTold(begun.Id, 6);
    }

    [Fact]
    public async Task Blocks_of_foreign_names_are_held_to_what_a_few_attempts_need()
    {
        var honest = await alice.BeginBlocks(FilesClient.Declaration(size: 3));
        foreach (var attempt in (string[])["aaaa", "bbbb", "cccc"]) await FilesClient.Block(honest.Url, attempt, [1, 2, 3]);
        var other = await alice.BeginBlocks(FilesClient.Declaration(size: 3));
        foreach (var block in (string[])["aaaa", "bbbb", "cccc"]) await FilesClient.Block(other.Url, block, FilesClient.Bytes(3 << 20));
        await WithinTheHour();
        await AssertGoneAndTold(other.Id, 3);
        Assert.Equal("pending", (await alice.Read(honest.Id)).Status);
        Assert.Single((await Usage()).Oversized);
    }

    [Fact]
    public async Task A_url_that_was_renewed_days_later_is_watched_again()
    {
        var begun = await alice.Begin(FilesClient.Declaration(size: 6));
        await WithinTheHour();
        host.Clock.Advance(TimeSpan.FromDays(3));
        alice = await host.As("alice");
        await alice.Progress(begun.Id);
        host.Clock.Advance(TimeSpan.FromDays(-3)); // Storage's own clock has not moved, and it judges the URLs.
        await FilesClient.Stored(begun, FilesClient.Bytes(Sent));
        host.Clock.Advance(TimeSpan.FromDays(3));
        await WithinTheHour();
        await AssertGoneAndTold(begun.Id, 6);
    }

    [Fact]
    public async Task A_look_for_an_older_url_does_not_hide_a_newer_one()
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration(size: 6));
        host.Clock.Advance(UploadNote.InspectionInterval);
        alice = await host.As("alice");
        await alice.Send(HttpMethod.Get, $"/{begun.Id}/upload").Is(200); // At the moment of the look at the first URL.
        await host.RunTimer("sweep-uploads");
        host.Clock.Advance(UploadNote.InspectionInterval);
        await host.RunTimer("sweep-uploads");
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), FilesClient.Bytes(Sent)); // By what was renewed; storage goes by another clock.
        await WithinTheHour();
        await AssertGoneAndTold(begun.Id, 6);
    }

    [Fact]
    public async Task What_a_url_writes_below_the_snapshot_is_gone_within_the_hour_and_the_file_stays()
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(begun.Id, 1);
        await FilesClient.PutTo(begun.Url, FilesClient.Bytes(Sent), ("x-ms-blob-type", "BlockBlob"));
        var blocks = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(blocks.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(blocks.Id, 1);
        await FilesClient.Block(blocks.Url, BlockPlan.Id(7), FilesClient.Bytes(Sent)); // A block that no list uses.
        var (url, other) = (await alice.DownloadUrl(begun.Id), await alice.DownloadUrl(blocks.Id));
        await WithinTheHour();
        foreach (var (id, served) in new[] { (begun.Id, url), (blocks.Id, other) })
        {
            Assert.Equal([0, 3], (await host.Blobs(id)).Select(item => item.Properties.ContentLength!.Value).Order());
            Assert.Null(await Waiting(id));
            Assert.Equal([1, 2, 3], await (await FilesClient.Fetch(served)).Content.ReadAsByteArrayAsync());
            await AssertTold(id, 3);
        }
    }

    async Task<object?> Waiting(string id) =>
        (await host.Service<Latchkey.Storage.StagedBlobs>().FindBlocks("demo", $"{id}.staging", default))?.Uncommitted is [var first, ..]
            ? first
            : null;

    [Fact]
    public async Task What_is_written_after_a_refusal_or_deletion_is_found_as_well()
    {
        var deleted = await alice.Begin(FilesClient.Declaration(size: 6));
        await alice.Send(HttpMethod.Delete, $"/{deleted.Id}");
        await FilesClient.Stored(deleted, FilesClient.Bytes(Sent));
        await WithinTheHour();
        await AssertGoneAndTold(deleted.Id, 6);
    }

    [Fact]
    public async Task An_honest_upload_under_way_is_left_alone_and_counts_nothing()
    {
        var (single, blocks, empty) = (await alice.Begin(FilesClient.Declaration()), await alice.BeginBlocks(FilesClient.Declaration()),
            await alice.Begin(FilesClient.Declaration(size: 0)));
        await FilesClient.Stored(single, [1, 2, 3]);
        await FilesClient.Block(blocks.Url, BlockPlan.Id(0), [1, 2, 3]);
        await FilesClient.Stored(empty, []);
        await WithinTheHour();
        await alice.Completed(single.Id);
        await alice.Completed(blocks.Id, 1);
        await alice.Completed(empty.Id);
        Assert.Empty((await Usage()).Oversized);
    }

    [Fact]
    public async Task Whoever_uploads_more_than_declared_again_and_again_can_begin_no_more_for_a_day()
    {
        var (user, space) = (await host.UserId("alice"), new Owner("user", await host.UserId("alice")).SpaceKey("demo"));
        for (var n = 0; n < OversizedUpload.Max - 1; n++)
            await host.Service<SpaceQuota>()
                .TryTransact("demo", space, new UsageChange { Oversized = new($"user:{user}", $"{n}", host.Clock.Now) }, [], default);
        var last = await alice.Begin(FilesClient.Declaration(size: 6));
        await FilesClient.Stored(last, FilesClient.Bytes(7));
        await WithinTheHour();
        var refused = await alice.Send(HttpMethod.Post, "", FilesClient.Declaration());
        await refused.Fails(429, "too_many_oversized");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromHours(22), TimeSpan.FromHours(24));
        await (await host.As("bob")).Begin(FilesClient.Declaration());
        host.Clock.Advance(TimeSpan.FromDays(1));
        alice = await host.As("alice");
        await alice.Begin(FilesClient.Declaration());
    }

    [Fact]
    public void No_url_lives_longer_than_a_day() =>
        Assert.Equal(TimeSpan.FromHours(24), UploadDeadline.UrlLifetime(BlockPlan.MaxFile, TimeSpan.FromMinutes(30)));
}

/// <summary>How long a URL lives that uploads.</summary>
public sealed class UrlLifeTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData(6, 30)]
    [InlineData(100L << 20, 30)]
    [InlineData(200L << 20, 53)]
    [InlineData(1L << 30, 273)]
    [InlineData(5000L << 20, 1333)]
    public async Task A_url_lives_as_long_as_its_size_needs_at_64_kib_a_second_and_half_an_hour_at_least(long size, int minutes)
    {
        var alice = await host.As("alice");
        foreach (var resumable in (bool[])[false, true])
        {
            var answer = await alice.Send(HttpMethod.Post, "", new { name = "a", contentType = "a/b", size, resumable })
                .Read<BeginAnswer>(201);
            var life = answer.Upload!.ExpiresAt - host.Clock.Now;
            Assert.InRange(life.TotalMinutes, minutes - 1, minutes + 1);
        }
    }
}
