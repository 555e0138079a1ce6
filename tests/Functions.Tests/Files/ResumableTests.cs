using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
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
        var alice = await FilesOf.SignedIn(host);
        var bytes = FilesOf.Bytes(2 * Block + 5);
        var begun = await alice.BeginBlocks(FilesOf.Declaration("film.bin", bytes.Length, folder: "blocks",
            md5: FilesOf.Md5(bytes), sha256: SHA256.HashData(bytes)));
        await FilesOf.Block(begun.Url, BlockPlan.Id(2), bytes[(2 * Block)..]);
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), FilesOf.Bytes(Block)); // Other bytes at first: the later ones count.
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), bytes[..Block]);
        await FilesOf.Block(begun.Url, BlockPlan.Id(1), bytes[Block..(2 * Block)]);
        var file = await alice.Completed(begun.Id, 3);

        Assert.Equal(bytes.Length, file.GetProperty("size").GetInt64());
        Assert.True(file.GetProperty("md5Verified").GetBoolean());
        Assert.True(file.GetProperty("sha256Verified").GetBoolean());
        var served = await alice.Download(begun.Id);
        Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal("film.bin", served.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal(file.GetRawText(), (await alice.Completed(begun.Id, 3)).GetRawText());
        Assert.Single((await alice.List("?folder=blocks")).Files);
    }

    [Fact]
    public async Task An_upload_goes_on_after_days_with_a_fresh_url_and_without_losing_a_block()
    {
        await using var own = await TestHost.Start();
        var alice = await FilesOf.SignedIn(own);
        var bytes = FilesOf.Bytes(Block + 7);
        var begun = await alice.BeginBlocks(FilesOf.Declaration(size: bytes.Length, sha256: SHA256.HashData(bytes)));
        await FilesOf.Block(begun.Url, BlockPlan.Id(1), bytes[Block..]);

        own.Clock.Advance(TimeSpan.FromDays(2));
        alice = await FilesOf.SignedIn(own);
        var progress = await alice.Progress(begun.Id);
        Assert.Equal("pending", progress.GetProperty("status").GetString());
        Assert.Equal("[[1,1]]", progress.GetProperty("received").GetRawText());
        Assert.Equal((7, 2, 7), (progress.GetProperty("receivedBytes").GetInt64(), progress.GetProperty("blockCount").GetInt64(),
            progress.GetProperty("blocksKeptDays").GetInt32()));
        var upload = progress.GetProperty("upload");
        Assert.Equal(Block, upload.GetProperty("blockSize").GetInt64());
        var fresh = upload.GetProperty("url").GetString()!;
        Assert.Equal(new Uri(begun.Url).AbsolutePath, new Uri(fresh).AbsolutePath);
        Assert.NotEqual(begun.Url, fresh);

        // Storage's own clock does not move: there the old URL is alive and the fresh one, whose time is in the future, is not.
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), bytes[..Block]);
        await alice.Completed(begun.Id, 2);
        var done = await alice.Progress(begun.Id);
        Assert.Equal("available", done.GetProperty("status").GetString());
        Assert.False(done.TryGetProperty("upload", out _));
    }

    [Fact]
    public async Task A_renewed_url_takes_the_blocks_that_are_missing()
    {
        var alice = await FilesOf.SignedIn(host);
        var bytes = FilesOf.Bytes(4 * Block + 1);
        var begun = await alice.BeginBlocks(FilesOf.Declaration(size: bytes.Length, md5: FilesOf.Md5(bytes)));
        foreach (var n in (int[])[0, 1, 4]) await FilesOf.Block(begun.Url, BlockPlan.Id(n), bytes[(n * Block)..Math.Min(bytes.Length, (n + 1) * Block)]);
        await FilesOf.Block(begun.Url, BlockPlan.Id(3), bytes[(3 * Block)..(3 * Block + 100)]); // Cut short on the way.

        var progress = await alice.Progress(begun.Id);
        Assert.Equal("[[0,1],[4,4]]", progress.GetProperty("received").GetRawText());
        var url = progress.GetProperty("upload").GetProperty("url").GetString()!;
        foreach (var n in (int[])[2, 3]) await FilesOf.Block(url, BlockPlan.Id(n), bytes[(n * Block)..((n + 1) * Block)]);
        Assert.Equal("[[0,4]]", (await alice.Progress(begun.Id)).GetProperty("received").GetRawText());
        await alice.Completed(begun.Id, 5);
        Assert.Equal(bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Complete_names_the_blocks_that_are_missing_and_keeps_the_others()
    {
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.BeginBlocks(FilesOf.Declaration(size: 3));
        Assert.Equal("upload_missing", await FilesOf.Code(await alice.Complete(begun.Id, 1), 409));
        await FilesOf.Block(begun.Url, BlockPlan.Id(1), [2]);
        Assert.Equal("upload_missing", await FilesOf.Code(await alice.Complete(begun.Id), 409));

        var problem = await TestHost.Json(await alice.Complete(begun.Id, 30), 422);
        Assert.Equal("blocks_missing", problem.GetProperty("code").GetString());
        Assert.Equal(29, problem.GetProperty("missingCount").GetInt32());
        Assert.Equal([0, .. Enumerable.Range(2, 19)], problem.GetProperty("missing").Deserialize<int[]>()!);
        problem = await TestHost.Json(await alice.Complete(begun.Id, new[] { BlockPlan.Id(1), BlockPlan.Id(7) }), 422);
        Assert.Equal([BlockPlan.Id(7)], problem.GetProperty("missing").Deserialize<string[]>()!);

        await FilesOf.Block(begun.Url, BlockPlan.Id(0), [1]);
        problem = await TestHost.Json(await alice.Complete(begun.Id, 2), 422);
        Assert.Equal("size_mismatch", problem.GetProperty("code").GetString());
        Assert.Equal((3, 2), (problem.GetProperty("declared").GetInt64(), problem.GetProperty("actual").GetInt64()));
        await FilesOf.Block(begun.Url, BlockPlan.Id(2), [3]);
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
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.BeginBlocks(FilesOf.Declaration());
        var answer = await alice.Complete(begun.Id, JsonDocument.Parse(blocks).RootElement);
        Assert.Equal("invalid_blocks", await FilesOf.Code(answer, 400));
    }

    [Fact]
    public async Task A_file_that_comes_with_one_put_has_no_blocks()
    {
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.Begin(FilesOf.Declaration());
        Assert.Equal("not_resumable", await FilesOf.Code(await alice.Complete(begun.Id, 1), 400));
    }

    [Fact]
    public async Task The_progress_of_one_put_says_whether_it_has_arrived()
    {
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.Begin(FilesOf.Declaration());
        var before = await alice.Progress(begun.Id);
        Assert.Equal(0, before.GetProperty("receivedBytes").GetInt64());
        await FilesOf.Stored(begun with { Url = before.GetProperty("upload").GetProperty("url").GetString()! }, [1, 2, 3]);
        var after = await alice.Progress(begun.Id);
        Assert.Equal(3, after.GetProperty("receivedBytes").GetInt64());
        Assert.False(after.TryGetProperty("upload", out _));
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
        var alice = await FilesOf.SignedIn(large);
        var answer = await alice.Send(HttpMethod.Post, "", new { name = "a", contentType = FilesOf.AnyType, size, resumable });
        var upload = (await TestHost.Json(answer, 201)).GetProperty("upload");
        Assert.Equal(blockSize, upload.TryGetProperty("blockSize", out var given) ? given.GetInt32() : (int?)null);
        var query = QueryHelpers.ParseQuery(new Uri(upload.GetProperty("url").GetString()!).Query);
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
        var alice = await FilesOf.SignedIn(large);
        var asked = new { name = "a", contentType = FilesOf.AnyType, size = (5000L << 20) + 1, resumable = false };
        Assert.Equal("resumable_required", await FilesOf.Code(await alice.Send(HttpMethod.Post, "", asked), 400));
    }

    [Fact]
    public async Task A_list_that_the_client_committed_itself_is_taken_and_its_headers_are_not()
    {
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.BeginBlocks(FilesOf.Declaration(md5: FilesOf.Md5([1, 2, 3])));
        var client = new BlockBlobClient(new Uri(begun.Url));
        await client.UploadAsync(new MemoryStream([1, 2, 3]), new BlobUploadOptions
        {
            HttpHeaders = new() { ContentType = "text/html", ContentDisposition = "inline", CacheControl = "public" },
            Metadata = new Dictionary<string, string> { ["mine"] = "mine" },
        });
        await alice.Completed(begun.Id);
        var served = await alice.Download(begun.Id);
        Assert.Equal(FilesOf.AnyType, served.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", served.Content.Headers.ContentDisposition?.DispositionType);
        Assert.False(served.Headers.Contains("x-ms-meta-mine"));
        Assert.Null(served.Headers.CacheControl);
    }

    [Fact]
    public async Task A_url_that_is_still_alive_changes_nothing_that_is_served()
    {
        var alice = await FilesOf.SignedIn(host);
        byte[] bytes = [1, 2, 3], other = [4, 5, 6];
        var begun = await alice.BeginBlocks(FilesOf.Declaration(sha256: SHA256.HashData(bytes)));
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), bytes);
        await alice.Completed(begun.Id, 1);
        var before = await alice.DownloadUrl(begun.Id);

        async Task Served()
        {
            foreach (var url in (string[])[before, await alice.DownloadUrl(begun.Id)])
                Assert.Equal(bytes, await (await FilesOf.Fetch(url)).Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(HttpStatusCode.Created, (await FilesOf.PutTo(begun.Url, other, ("x-ms-blob-type", "BlockBlob"))).StatusCode);
        await Served();
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), other);
        var list = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><BlockList><Latest>{BlockPlan.Id(0)}</Latest></BlockList>");
        Assert.Equal(HttpStatusCode.Created, (await FilesOf.PutTo($"{begun.Url}&comp=blocklist", list)).StatusCode);
        await Served();
        var snapshot = QueryHelpers.ParseQuery(new Uri(before).Query)["snapshot"].ToString();
        Assert.NotEmpty(snapshot);
        foreach (var victim in (string[])[begun.Url, $"{begun.Url}&snapshot={Uri.EscapeDataString(snapshot)}", before])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await FilesOf.ToStorage(HttpMethod.Delete, victim)).StatusCode);
            await Served();
        }
        await FilesOf.PutTo(begun.Url, [], ("x-ms-blob-type", "AppendBlob")); // Whether storage takes it or not.
        await Served();
        Assert.Equal("available", (await alice.Completed(begun.Id, 1)).GetProperty("status").GetString());
        await Served();
    }

    [Fact]
    public async Task A_copy_is_of_what_is_served_and_says_what_was_verified()
    {
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.BeginBlocks(FilesOf.Declaration(sha256: SHA256.HashData([1, 2, 3])));
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(begun.Id, 1);
        await FilesOf.PutTo(begun.Url, [4, 5, 6], ("x-ms-blob-type", "BlockBlob"));

        var copy = await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{begun.Id}/copy", new { name = "copy" }), 202);
        var id = copy.GetProperty("id").GetString()!;
        await Eventually.True(async () => (await alice.Read(id)).GetProperty("status").GetString() == "available");
        Assert.True((await alice.Read(id)).GetProperty("sha256Verified").GetBoolean());
        Assert.Equal([1, 2, 3], await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_urls_of_a_file_in_blocks_reach_their_own_blob_and_no_further()
    {
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.BeginBlocks(FilesOf.Declaration());
        Assert.EndsWith($"/files-demo/{begun.Id}.staging", new Uri(begun.Url).AbsolutePath, StringComparison.Ordinal);
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(begun.Id, 1);
        var read = QueryHelpers.ParseQuery(new Uri(await alice.DownloadUrl(begun.Id)).Query);
        Assert.Equal(("r", "bs"), (read["sp"].ToString(), read["sr"].ToString()));

        Assert.Equal(HttpStatusCode.Forbidden, (await FilesOf.Fetch(begun.Url)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await FilesOf.Fetch($"{begun.Url}&comp=blocklist&blocklisttype=all")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await FilesOf.PutTo(
            begun.Url.Replace(".staging", "", StringComparison.Ordinal), [1], ("x-ms-blob-type", "BlockBlob"))).StatusCode);
    }

    [Fact]
    public async Task Wrong_bytes_are_refused_and_the_upload_is_gone_with_them()
    {
        var alice = await FilesOf.SignedIn(host);
        byte[] right = [1, 2, 3];
        var begun = await alice.BeginBlocks(FilesOf.Declaration(sha256: SHA256.HashData(right)));
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), [1, 2, 4]);
        Assert.Equal("sha256_mismatch", await FilesOf.Code(await alice.Complete(begun.Id, 1), 422));
        Assert.Empty(await Items(begun.Id));
        Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(HttpMethod.Get, $"/{begun.Id}/upload"), 404));
    }

    [Fact]
    public async Task What_is_no_block_blob_is_refused()
    {
        var alice = await FilesOf.SignedIn(host);
        var begun = await alice.BeginBlocks(FilesOf.Declaration());
        await FilesOf.PutTo(begun.Url, [], ("x-ms-blob-type", "AppendBlob"));
        Assert.Equal("not_a_block_blob", await FilesOf.Code(await alice.Complete(begun.Id), 422));
        var other = await alice.BeginBlocks(FilesOf.Declaration());
        await FilesOf.PutTo(other.Url, [], ("x-ms-blob-type", "AppendBlob"));
        Assert.Equal("not_a_block_blob", await FilesOf.Code(await alice.Complete(other.Id, 1), 422));
        Assert.Empty(await Items(begun.Id));
        Assert.Empty(await Items(other.Id));
    }

    [Fact]
    public async Task Completes_at_once_all_succeed_and_leave_one_snapshot()
    {
        var alice = await FilesOf.SignedIn(host);
        var bytes = FilesOf.Bytes(Block + 1);
        var begun = await alice.BeginBlocks(FilesOf.Declaration(size: bytes.Length, folder: "blocks at once", md5: FilesOf.Md5(bytes)));
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), bytes[..Block]);
        await FilesOf.Block(begun.Url, BlockPlan.Id(1), bytes[Block..]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => alice.Completed(begun.Id, 2)));

        Assert.Single(answers.Select(answer => answer.GetRawText()).Distinct());
        Assert.Single((await alice.List("?folder=blocks+at+once")).Files);
        Assert.Equal(bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
        // By name: Azurite calls two snapshots of one millisecond the same, and lists and serves them as one.
        Assert.Single((await Items(begun.Id)).Select(item => item.Snapshot).OfType<string>().Distinct());
    }

    [Fact]
    public async Task The_round_trips_of_an_upload_in_blocks_stay_within_the_budget()
    {
        var alice = await FilesOf.SignedIn(host);
        await alice.Upload([1]);
        Begun begun = null!;
        // Revocation, note, record.
        Assert.Equal(3, await host.Trips(async () => begun = await alice.BeginBlocks(FilesOf.Declaration(md5: FilesOf.Md5([1, 2, 3])))));
        await FilesOf.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        // Revocation, record, blocks, the fresh URL's note.
        Assert.Equal(4, await host.Trips(() => alice.Progress(begun.Id)));
        // Revocation, record, blocks, list of blocks, snapshot, bytes, record and list row at once.
        Assert.Equal(7, await host.Trips(() => alice.Completed(begun.Id, 1)));
        Assert.Equal(2, await host.Trips(() => alice.DownloadUrl(begun.Id)));
    }

    Task<List<BlobItem>> Items(string id) => host.Blobs($"{id}.staging");
}
