using System.Net.Http.Headers;
using System.Text;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Nothing is available before complete has checked it; what fails is gone, with the room that it took.</summary>
public sealed class CompleteTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    public static TheoryData<int> WrongSizes => [2, 4, 0, 5000];

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_empty_file_is_a_file(bool resumable)
    {
        var alice = await host.As("alice");
        var declared = FilesClient.Declaration("empty.txt", 0, "text/plain", "empty", FilesClient.Md5([]),
            System.Security.Cryptography.SHA256.HashData([]));
        var begun = resumable ? await alice.BeginBlocks(declared) : await alice.Begin(declared);
        await alice.Complete(begun.Id).Fails(409, "upload_missing");
        await FilesClient.Stored(begun, []);
        var file = await alice.Completed(begun.Id);
        Assert.Equal((0, "text/plain", true, true), (file.Size, file.ContentType,
            file.Md5Verified, file.Sha256Verified));
        Assert.Empty(await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
        await alice.Send(HttpMethod.Delete, $"/{begun.Id}?permanent=true");
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_is_refused_gives_its_bytes_and_its_place_back_at_once_and_only_the_note_stays()
    {
        var bob = await host.As("bob");
        var space = new Latchkey.Files.Owner("user", await host.UserId("bob")).SpaceKey("demo");
        foreach (var isBlocks in (bool[])[false, true])
        {
            var begun = isBlocks ? await bob.BeginBlocks(FilesClient.Declaration(size: 3, md5: FilesClient.Md5([9])))
                : await bob.Begin(FilesClient.Declaration(size: 3, md5: FilesClient.Md5([9])));
            if (isBlocks) await FilesClient.Block(begun.Url, Latchkey.Files.BlockPlan.Id(0), [1, 2, 3]);
            else await FilesClient.Stored(begun, [1, 2, 3], put => put.Content!.Headers.ContentMD5 = null);
            await bob.Complete(begun.Id, isBlocks ? 1 : null).Fails(422, "md5_mismatch");
            var usage = await host.Service<Latchkey.Files.SpaceQuota>().Read("demo", space, default);
            Assert.Equal((0, 0, 0), (usage.Bytes, usage.Files, usage.Pending));
            await bob.Complete(begun.Id).Fails(404, "file_not_found");
            Assert.Empty(await host.Blobs(begun.Id));
            var notes = new List<string>();
            await foreach (var table in host.Service<StorageClients>().Tables.QueryAsync())
            {
                if (!table.Name.StartsWith("Uploads", StringComparison.Ordinal)) continue;
                await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient(table.Name)
                    .QueryAsync<Azure.Data.Tables.TableEntity>())
                    if (row.RowKey.Contains(begun.Id, StringComparison.Ordinal)) notes.Add(row.RowKey);
            }
            Assert.Single(notes); // Its URL lives on and may write: somebody has to look.
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_wrong_choice_of_blocks_ends_nothing()
    {
        var alice = await host.As("alice");
        var begun = await alice.BeginBlocks(FilesClient.Declaration(size: 3));
        await FilesClient.Block(begun.Url, Latchkey.Files.BlockPlan.Id(0), [1]);
        await FilesClient.Block(begun.Url, Latchkey.Files.BlockPlan.Id(1), [2, 3]);
        await alice.Complete(begun.Id, 1).Fails(422, "size_mismatch");
        await alice.Complete(begun.Id, 3).Fails(422, "blocks_missing");
        await alice.Completed(begun.Id, 2);
    }

    [Theory, MemberData(nameof(WrongSizes))]
    public async Task Another_size_than_declared_is_refused_with_both_numbers(int uploaded)
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration(size: 3));
        await FilesClient.Stored(begun, FilesClient.Bytes(uploaded));
        var problem = await Refused(alice, begun, "size_mismatch");

        Assert.Equal(3, problem.Number("declared"));
        Assert.Equal(uploaded, problem.Number("actual"));
    }

    [Fact]
    public async Task Another_md5_than_declared_is_refused()
    {
        var alice = await host.As("alice");
        byte[] declared = [1, 2, 3], sent = [1, 2, 4];
        var begun = await alice.Begin(FilesClient.Declaration(md5: FilesClient.Md5(declared)));
        await FilesClient.Stored(begun, sent, put => put.Content!.Headers.ContentMD5 = null);
        var problem = await Refused(alice, begun, "md5_mismatch");

        Assert.Equal(Convert.ToBase64String(FilesClient.Md5(declared)), problem.Text("declared"));
        Assert.Equal(Convert.ToBase64String(FilesClient.Md5(sent)), problem.Text("actual"));
    }

    [Fact]
    public async Task Another_sha256_than_declared_is_refused()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration(sha256: System.Security.Cryptography.SHA256.HashData([1, 2, 3])));
        await FilesClient.Stored(begun, [1, 2, 4]);
        await Refused(alice, begun, "sha256_mismatch");
    }

    [Fact]
    public async Task A_body_damaged_on_the_way_is_refused_by_storage_already()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration(md5: FilesClient.Md5([1, 2, 3])));
        Assert.Equal(400, (int)(await FilesClient.Put(begun, [1, 2, 4])).StatusCode);
        await alice.Complete(begun.Id).Fails(409, "upload_missing");
    }

    [Fact]
    public async Task A_lying_content_md5_header_does_not_get_wrong_bytes_through()
    {
        var alice = await host.As("alice");
        byte[] declared = [1, 2, 3], sent = [1, 2, 4];
        var begun = await alice.Begin(FilesClient.Declaration(md5: FilesClient.Md5(declared)));
        var put = await FilesClient.Put(begun, sent, put =>
        {
            put.Content!.Headers.ContentMD5 = FilesClient.Md5(sent);
            put.Headers.Add("x-ms-blob-content-md5", Convert.ToBase64String(FilesClient.Md5(declared)));
        });
        if (put.IsSuccessStatusCode) await Refused(alice, begun, "md5_mismatch");
        else await alice.Complete(begun.Id).Fails(409, "upload_missing");
    }

    [Fact]
    public async Task A_copied_blob_whose_md5_property_lies_is_refused()
    {
        var alice = await host.As("alice");
        byte[] declared = [1, 2, 3], copied = [1, 2, 4];
        var source = await Source(copied, FilesClient.Md5(declared));
        var begun = await alice.Begin(FilesClient.Declaration(md5: FilesClient.Md5(declared)));
        await FilesClient.Stored(begun, [], put =>
        {
            put.Content!.Headers.Clear();
            put.Headers.Remove("x-ms-blob-type");
            put.Headers.Add("x-ms-copy-source", source);
        });
        var blob = await host.Service<BlobStore>().Find("demo", begun.Id, default);
        Assert.Equal(FilesClient.Md5(declared), blob!.ContentHash); // The lie is in place: only reading tells.

        await Refused(alice, begun, "md5_mismatch");
    }

    // A blob of the attacker's own, readable by URL, whose Content-MD5 is what they like.
    async Task<string> Source(byte[] bytes, byte[] md5)
    {
        var container = host.Service<StorageClients>().Blobs.GetBlobContainerClient("elsewhere");
        await container.CreateIfNotExistsAsync();
        var blob = container.GetBlobClient(Ids.NewBase32());
        await blob.UploadAsync(new BinaryData(bytes));
        await blob.SetHttpHeadersAsync(new BlobHttpHeaders { ContentHash = md5 });
        return blob.GenerateSasUri(BlobSasPermissions.Read, host.Clock.Now.AddHours(1)).AbsoluteUri;
    }

    [Fact]
    public async Task An_append_blob_made_with_the_upload_url_is_refused()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [], put =>
        {
            put.Headers.Remove("x-ms-blob-type");
            put.Headers.Add("x-ms-blob-type", "AppendBlob");
        });
        await Refused(alice, begun, "not_a_block_blob");
    }

    [Fact]
    public async Task A_multipart_form_in_place_of_the_file_is_refused_by_its_bytes()
    {
        var form = Encoding.ASCII.GetBytes(
            "------WebKitFormBoundary7MA4YWxkTrZu0gW\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n"
            + "Content-Type: image/jpeg\r\n\r\nabc\r\n------WebKitFormBoundary7MA4YWxkTrZu0gW--\r\n");
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration(size: form.Length, md5: FilesClient.Md5(form)));
        await FilesClient.Stored(begun, form);
        await Refused(alice, begun, "multipart_body");
    }

    [Fact]
    public async Task A_multipart_form_in_place_of_the_file_is_refused_by_its_type()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3],
            put => put.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x"));
        await Refused(alice, begun, "multipart_body");
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n")]
    [InlineData("-- a comment in SQL\r\nSelect: 1\r\n")]
    [InlineData("--\r\nContent-Disposition: attachment\r\n\r\n")]
    [InlineData("Content-Disposition: form-data\r\n")]
    public async Task What_only_resembles_a_form_is_a_file(string text)
    {
        var alice = await host.As("alice");
        await alice.Upload(Encoding.ASCII.GetBytes(text));
    }

    [Fact]
    public async Task An_upload_into_the_archive_tier_is_refused()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3], put => put.Headers.Add("x-ms-access-tier", "Archive"));
        await Refused(alice, begun, "upload_archived");
    }

    [Fact]
    public async Task A_file_without_bytes_is_not_completed()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await alice.Complete(begun.Id).Fails(409, "upload_missing");
        await alice.Send(HttpMethod.Get, $"/{begun.Id}/download").Fails(409, "file_pending");
        await alice.Send(HttpMethod.Get, $"/{begun.Id}/content").Fails(409, "file_pending");
    }

    [Fact]
    public async Task Headers_and_metadata_are_the_servers_own_whatever_the_client_set()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3], put =>
        {
            put.Headers.Add("x-ms-blob-content-type", "text/html");
            put.Headers.Add("x-ms-blob-content-disposition", "inline");
            put.Headers.Add("x-ms-blob-content-encoding", "gzip");
            put.Headers.Add("x-ms-blob-content-language", "xx");
            put.Headers.Add("x-ms-blob-cache-control", "public, max-age=31536000");
            put.Headers.Add("x-ms-meta-mine", "mine");
        });
        await alice.Completed(begun.Id);

        var blob = await host.Service<BlobStore>().Find("demo", begun.Id, default);
        Assert.Equal((FilesClient.AnyType, "attachment"), (blob!.ContentType, blob.ContentDisposition));
        Assert.True(string.IsNullOrEmpty(blob.ContentEncoding + blob.ContentLanguage + blob.CacheControl));
        Assert.Empty(blob.Metadata);
    }

    [Fact]
    public async Task Completing_twice_answers_the_same_file()
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration(folder: "twice"));
        await FilesClient.Stored(begun, [1, 2, 3]);
        var first = await alice.Completed(begun.Id);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first, await alice.Completed(begun.Id));
        Assert.Single((await alice.List("?folder=twice")).Files);
    }

    [Fact]
    public async Task Completes_at_once_all_succeed_and_list_the_file_once()
    {
        var alice = await host.As("alice");
        var bytes = FilesClient.Bytes(200_000);
        var begun = await alice.Begin(FilesClient.Declaration(size: bytes.Length, folder: "at once", md5: FilesClient.Md5(bytes)));
        await FilesClient.Stored(begun, bytes, put => put.Headers.Add("x-ms-meta-mine", "mine"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => alice.Completed(begun.Id)));

        Assert.Single(answers.Distinct());
        Assert.Single((await alice.List("?folder=at+once")).Files);
        Assert.Equal(bytes, await (await alice.Download(begun.Id)).Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(null, "", 200)]
    [InlineData("application/json", "", 200)]
    [InlineData("application/json", "{}", 200)]
    [InlineData("application/json", "{\"blocks\":1}", 400)]
    [InlineData("application/json", "{\"more\":1}", 400)]
    [InlineData("application/json", "[]", 400)]
    [InlineData("text/plain", "{}", 415)]
    [InlineData(null, "{}", 200)]
    [InlineData(null, " {\"blocks\":null}", 200)]
    [InlineData(null, "[]", 400)]
    [InlineData(null, "name=x", 400)]
    public async Task The_body_of_complete_is_nothing_or_an_empty_object_for_one_put(string? contentType, string body, int status)
    {
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3]);
        var request = new HttpRequestMessage(HttpMethod.Post, $"/demo/files/{begun.Id}/complete")
        {
            Content = new StringContent(body),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", alice.Token) },
        };
        request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        Assert.Equal(status, (int)(await host.Http.SendAsync(request)).StatusCode);
        Assert.Equal(status == 200 ? "available" : "pending", (await alice.Read(begun.Id)).Status);
    }

    async Task<ProblemAnswer> Refused(FilesClient caller, Begun begun, string code)
    {
        var problem = await caller.Complete(begun.Id).Problem(422);
        Assert.Equal(code, problem.Code);
        Assert.Null(await host.Service<BlobStore>().Find("demo", begun.Id, default));
        await caller.Complete(begun.Id).Fails(404, "file_not_found");
        return problem;
    }
}
