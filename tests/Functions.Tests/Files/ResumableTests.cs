using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Files;
using Microsoft.AspNetCore.WebUtilities;

namespace Latchkey.Tests.Files;

/// <summary>Files in blocks: killed in the middle, offline for days, twice and out of order, all end in the same file.</summary>
public sealed class ResumableTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const int Block = 4 << 20;

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Blocks_twice_and_out_of_order_make_the_same_file()
    {
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(2 * Block + 5);
        var begun = await alice.BeginBlocks(FilesClient.Declaration("film.bin", bytes.Length, folder: "blocks",
            md5: FilesClient.Md5(bytes), sha256: SHA256.HashData(bytes)));
        await FilesClient.Block(begun.Url, BlockPlan.Id(2), bytes[(2 * Block)..]);
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), FilesClient.Bytes(Block)); // Other bytes at first: the later ones count.
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), bytes[..Block]);
        await FilesClient.Block(begun.Url, BlockPlan.Id(1), bytes[Block..(2 * Block)]);
        var file = await alice.Completed(begun.Id, 3);

        Assert.Equal(bytes.Length, file.Size);
        Assert.True(file.Md5Verified);
        Assert.True(file.Sha256Verified);
        var served = await alice.Download(begun.Id);
        Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal("film.bin", served.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal(file, await alice.Completed(begun.Id, 3));
        Assert.Single((await alice.List("?folder=blocks")).Files);
    }

    [Fact]
    public async Task An_upload_goes_on_after_days_with_a_fresh_url_and_without_losing_a_block()
    {
        await using var own = await TestHost.Start();
        var alice = await own.As("alice");
        var bytes = FilesClient.Bytes(Block + 7);
        var begun = await alice.BeginBlocks(FilesClient.Declaration(size: bytes.Length, sha256: SHA256.HashData(bytes)));
        await FilesClient.Block(begun.Url, BlockPlan.Id(1), bytes[Block..]);

        own.Clock.Advance(TimeSpan.FromDays(2));
        alice = await own.As("alice");
        var progress = await alice.Progress(begun.Id);
        Assert.Equal("pending", progress.Status);
        Assert.Equal((long[][])[[1, 1]], progress.Received);
        Assert.Equal((7, 2, 7), (progress.ReceivedBytes, progress.BlockCount,
            progress.BlocksKeptDays));
        var upload = progress.Upload!;
        Assert.Equal(Block, upload.BlockSize);
        var fresh = upload.Url!;
        Assert.Equal(new Uri(begun.Url).AbsolutePath, new Uri(fresh).AbsolutePath);
        Assert.NotEqual(begun.Url, fresh);

        // Storage's own clock does not move: there the old URL is alive and the fresh one, whose time is in the future, is not.
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), bytes[..Block]);
        await alice.Completed(begun.Id, 2);
        var done = await alice.Progress(begun.Id);
        Assert.Equal("available", done.Status);
        Assert.Null(done.Upload);
    }

    [Fact]
    public async Task A_renewed_url_takes_the_blocks_that_are_missing()
    {
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(4 * Block + 1);
        var begun = await alice.BeginBlocks(FilesClient.Declaration(size: bytes.Length, md5: FilesClient.Md5(bytes)));
        foreach (var n in (int[])[0, 1, 4]) await FilesClient.Block(begun.Url, BlockPlan.Id(n),
            bytes[(n * Block)..Math.Min(bytes.Length, (n + 1) * Block)]);
        await FilesClient.Block(begun.Url, BlockPlan.Id(3), bytes[(3 * Block)..(3 * Block + 100)]); // Cut short on the way.

        var progress = await alice.Progress(begun.Id);
        Assert.Equal((long[][])[[0, 1], [4, 4]], progress.Received);
        var url = progress.Upload!.Url!;
        foreach (var n in (int[])[2, 3]) await FilesClient.Block(url, BlockPlan.Id(n), bytes[(n * Block)..((n + 1) * Block)]);
        Assert.Equal((long[][])[[0, 4]], (await alice.Progress(begun.Id)).Received);
        await alice.Completed(begun.Id, 5);
        Assert.Equal(bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Complete_names_the_blocks_that_are_missing_and_keeps_the_others()
    {
        var alice = await host.As("alice");
        var begun = await alice.BeginBlocks(FilesClient.Declaration(size: 3));
        await alice.Complete(begun.Id, 1).Fails(409, "upload_missing");
        await FilesClient.Block(begun.Url, BlockPlan.Id(1), [2]);
        await alice.Complete(begun.Id).Fails(409, "upload_missing");

        var problem = await alice.Complete(begun.Id, 30).Problem(422);
        Assert.Equal("blocks_missing", problem.Code);
        Assert.Equal(29, problem.Number("missingCount"));
        Assert.Equal([0, .. Enumerable.Range(2, 19)], problem["missing"].Deserialize<int[]>()!);
        problem = await alice.Complete(begun.Id, new[] { BlockPlan.Id(1), BlockPlan.Id(7) }).Problem(422);
        Assert.Equal([BlockPlan.Id(7)], problem["missing"].Deserialize<string[]>()!);

        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1]);
        problem = await alice.Complete(begun.Id, 2).Problem(422);
        Assert.Equal("size_mismatch", problem.Code);
        Assert.Equal((3, 2), (problem.Number("declared"), problem.Number("actual")));
        await FilesClient.Block(begun.Url, BlockPlan.Id(2), [3]);
        await alice.Completed(begun.Id, 3);
        Assert.Equal([1, 2, 3], await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
    }

    public static TheoryData<string> BadBlocks =>
    [
        "0", "-1", "50001", "1.5", "\"1\"", "true", "{}", "[]", "[1]", "[null]", "[\"\"]", "[\"%%%%\"]", "[\"MDAwMDAwMDA\"]",
        "[\"MDAwMDAwMDA=\",\"MDAwMDAwMDA=\"]", "[\"MDAwMDAwMDA=\",\"MDAw\"]", $"[\"{Convert.ToBase64String(new byte[65])}\"]",
    ];

    [Theory, MemberData(nameof(BadBlocks))]
    public async Task A_choice_of_blocks_that_is_none_is_refused(string blocks)
    {
        var alice = await host.As("alice");
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        var answer = await alice.Complete(begun.Id, JsonDocument.Parse(blocks).RootElement);
        await answer.Fails(400, "invalid_blocks");
    }

    [Fact]
    public async Task A_file_that_comes_with_one_put_has_no_blocks()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await alice.Complete(begun.Id, 1).Fails(400, "not_resumable");
    }

    [Fact]
    public async Task The_progress_of_one_put_says_whether_it_has_arrived()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        var before = await alice.Progress(begun.Id);
        Assert.Equal(0, before.ReceivedBytes);
        await FilesClient.Stored(begun with { Url = before.Upload!.Url! }, [1, 2, 3]);
        var after = await alice.Progress(begun.Id);
        Assert.Equal(3, after.ReceivedBytes);
        Assert.Null(after.Upload);
        await alice.Completed(begun.Id);
    }

    [Theory]
    [InlineData(3, true, 4 << 20)]
    [InlineData(64 << 20, null, 4 << 20)]
    [InlineData((64 << 20) - 1, null, null)]
    [InlineData(5000L << 20, false, null)]
    [InlineData(5000L << 20, null, 4 << 20)]
    [InlineData(100_000_000_000, null, 4 << 20)]
    public async Task The_size_decides_how_a_file_is_sent_unless_the_caller_does(long size, bool? resumable, int? blockSize)
    {
        await using var large = await TestHost.Start(settings: new() { ["Latchkey:Files:MaxBytes"] = "200000000000" });
        var alice = await large.As("alice");
        var answer = await alice.Send(HttpMethod.Post, "", new { name = "a", contentType = FilesClient.AnyType, size, resumable });
        var upload = (await answer.Read<BeginAnswer>(201)).Upload;
        Assert.Equal(blockSize, upload.BlockSize);
        var query = QueryHelpers.ParseQuery(new Uri(upload.Url!).Query);
        Assert.Equal(blockSize is null ? "c" : "cw", query["sp"]);
    }

    [Fact]
    public void Every_size_up_to_the_largest_fits_into_the_blocks_that_there_may_be()
    {
        foreach (var size in (long[])[1, 4 << 20, 50_000L << 22, (50_000L << 22) + 1, BlockPlan.MaxFile, 50_000L * 4000 << 20])
            Assert.InRange(BlockPlan.Count(size, BlockPlan.BlockSize(size)), 1, BlockPlan.MaxBlocks);
        Assert.Equal(8 << 20, BlockPlan.BlockSize((50_000L << 22) + 1));
    }

    [Fact]
    public async Task One_put_can_not_be_asked_for_what_one_put_can_not_carry()
    {
        await using var large = await TestHost.Start(settings: new() { ["Latchkey:Files:MaxBytes"] = "200000000000" });
        var alice = await large.As("alice");
        var asked = new { name = "a", contentType = FilesClient.AnyType, size = (5000L << 20) + 1, resumable = false };
        await alice.Send(HttpMethod.Post, "", asked).Fails(400, "resumable_required");
    }

    [Fact]
    public async Task The_round_trips_of_an_upload_in_blocks_stay_within_the_budget()
    {
        var alice = await host.As("alice");
        await alice.Upload([1]);
        Begun begun = null!;
        // Revocation, note, record.
        Assert.Equal(3,
            await host.Trips(async () => begun = await alice.BeginBlocks(FilesClient.Declaration(md5: FilesClient.Md5([1, 2, 3])))));
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        // Revocation, record, blocks, the fresh URL's note.
        Assert.Equal(4, await host.Trips(() => alice.Progress(begun.Id)));
        // Revocation, record, blocks, list of blocks, snapshot, bytes, record and list row at once.
        Assert.Equal(7, await host.Trips(() => alice.Completed(begun.Id, 1)));
        Assert.Equal(2, await host.Trips(() => alice.DownloadUrl(begun.Id)));
    }
}
