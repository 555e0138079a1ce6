using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Latchkey.Files;
using Microsoft.AspNetCore.WebUtilities;

namespace Latchkey.Tests.Files;

/// <summary>What is served of a file in blocks: a snapshot that was checked, and that no URL can change.</summary>
public sealed class ServedBlocksTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const int Block = 4 << 20;

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_list_that_the_client_committed_itself_is_taken_and_its_headers_are_not()
    {
        var alice = await host.As("alice");
        var begun = await alice.BeginBlocks(FilesClient.Declaration(md5: FilesClient.Md5([1, 2, 3])));
        var client = new BlockBlobClient(new Uri(begun.Url));
        await client.UploadAsync(new MemoryStream([1, 2, 3]), new BlobUploadOptions
        {
            HttpHeaders = new() { ContentType = "text/html", ContentDisposition = "inline", CacheControl = "public" },
            Metadata = new Dictionary<string, string> { ["mine"] = "mine" },
        });
        await alice.Completed(begun.Id);
        var served = await alice.Download(begun.Id);
        Assert.Equal(FilesClient.AnyType, served.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", served.Content.Headers.ContentDisposition?.DispositionType);
        Assert.False(served.Headers.Contains("x-ms-meta-mine"));
        Assert.Equal((false, true), (served.Headers.CacheControl!.Public, served.Headers.CacheControl.Private));
    }

    [Fact]
    public async Task A_url_that_is_still_alive_changes_nothing_that_is_served()
    {
        var alice = await host.As("alice");
        byte[] bytes = [1, 2, 3], other = [4, 5, 6];
        var begun = await alice.BeginBlocks(FilesClient.Declaration(sha256: SHA256.HashData(bytes)));
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), bytes);
        await alice.Completed(begun.Id, 1);
        var before = await alice.DownloadUrl(begun.Id);

        async Task Served()
        {
            foreach (var url in (string[])[before, await alice.DownloadUrl(begun.Id)])
                Assert.Equal(bytes, await (await FilesClient.Fetch(url)).Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(HttpStatusCode.Created, (await FilesClient.PutTo(begun.Url, other, ("x-ms-blob-type", "BlockBlob"))).StatusCode);
        await Served();
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), other);
        var list = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><BlockList><Latest>{BlockPlan.Id(0)}</Latest></BlockList>");
        Assert.Equal(HttpStatusCode.Created, (await FilesClient.PutTo($"{begun.Url}&comp=blocklist", list)).StatusCode);
        await Served();
        var snapshot = QueryHelpers.ParseQuery(new Uri(before).Query)["snapshot"].ToString();
        Assert.NotEmpty(snapshot);
        foreach (var victim in (string[])[begun.Url, $"{begun.Url}&snapshot={Uri.EscapeDataString(snapshot)}", before])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await FilesClient.ToStorage(HttpMethod.Delete, victim)).StatusCode);
            await Served();
        }
        await FilesClient.PutTo(begun.Url, [], ("x-ms-blob-type", "AppendBlob")); // Whether storage takes it or not.
        await Served();
        Assert.Equal("available", (await alice.Completed(begun.Id, 1)).Status);
        await Served();
    }

    [Fact]
    public async Task A_copy_is_of_what_is_served_and_says_what_was_verified()
    {
        var alice = await host.As("alice");
        var begun = await alice.BeginBlocks(FilesClient.Declaration(sha256: SHA256.HashData([1, 2, 3])));
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(begun.Id, 1);
        await FilesClient.PutTo(begun.Url, [4, 5, 6], ("x-ms-blob-type", "BlockBlob"));

        var copy = await alice.Copy(begun.Id, new { name = "copy" });
        var id = copy.Id;
        await Eventually.True(async () => (await alice.Read(id)).Status == "available");
        Assert.True((await alice.Read(id)).Sha256Verified);
        Assert.Equal([1, 2, 3], await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_urls_of_a_file_in_blocks_reach_their_own_blob_and_no_further()
    {
        var alice = await host.As("alice");
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        Assert.EndsWith($"/files-demo/{begun.Id}.staging", new Uri(begun.Url).AbsolutePath, StringComparison.Ordinal);
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        await alice.Completed(begun.Id, 1);
        var read = QueryHelpers.ParseQuery(new Uri(await alice.DownloadUrl(begun.Id)).Query);
        Assert.Equal(("r", "bs"), (read["sp"].ToString(), read["sr"].ToString()));

        Assert.Equal(HttpStatusCode.Forbidden, (await FilesClient.Fetch(begun.Url)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await FilesClient.Fetch($"{begun.Url}&comp=blocklist&blocklisttype=all")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await FilesClient.PutTo(
            begun.Url.Replace(".staging", "", StringComparison.Ordinal), [1], ("x-ms-blob-type", "BlockBlob"))).StatusCode);
    }

    [Fact]
    public async Task Wrong_bytes_are_refused_and_the_upload_is_gone_with_them()
    {
        var alice = await host.As("alice");
        byte[] right = [1, 2, 3];
        var begun = await alice.BeginBlocks(FilesClient.Declaration(sha256: SHA256.HashData(right)));
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 4]);
        await alice.Complete(begun.Id, 1).Fails(422, "sha256_mismatch");
        Assert.Empty(await Items(begun.Id));
        await alice.Send(HttpMethod.Get, $"/{begun.Id}/upload").Fails(404, "file_not_found");
    }

    [Fact]
    public async Task What_is_no_block_blob_is_refused()
    {
        var alice = await host.As("alice");
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.PutTo(begun.Url, [], ("x-ms-blob-type", "AppendBlob"));
        await alice.Complete(begun.Id).Fails(422, "not_a_block_blob");
        var other = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.PutTo(other.Url, [], ("x-ms-blob-type", "AppendBlob"));
        await alice.Complete(other.Id, 1).Fails(422, "not_a_block_blob");
        Assert.Empty(await Items(begun.Id));
        Assert.Empty(await Items(other.Id));
    }

    [Fact]
    public async Task Completes_at_once_all_succeed_and_leave_one_snapshot()
    {
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(Block + 1);
        var begun = await alice.BeginBlocks(
            FilesClient.Declaration(size: bytes.Length, folder: "blocks at once", md5: FilesClient.Md5(bytes)));
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), bytes[..Block]);
        await FilesClient.Block(begun.Url, BlockPlan.Id(1), bytes[Block..]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => alice.Completed(begun.Id, 2)));

        Assert.Single(answers.Distinct());
        Assert.Single((await alice.List("?folder=blocks+at+once")).Files);
        Assert.Equal(bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
        // By name: Azurite calls two snapshots of one millisecond the same, and lists and serves them as one.
        Assert.Single((await Items(begun.Id)).Select(item => item.Snapshot).OfType<string>().Distinct());
    }

    Task<List<BlobItem>> Items(string id) => host.Blobs($"{id}.staging");
}
