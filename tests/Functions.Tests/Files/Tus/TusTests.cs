using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Tests.Files.Tus;

/// <summary>tus 1.0.0, verb by verb and header by header.</summary>
public sealed class TusTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_file_comes_piece_by_piece_and_is_complete_with_the_last()
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        var bytes = FilesClient.Bytes(9_000_001);
        var metadata = TusClient.Metadata(("filename", "Été 🏖.bin"), ("filetype", "application/x-thing"), ("folder", "By tus/été"),
            ("sha256", Convert.ToHexStringLower(SHA256.HashData(bytes))), ("theirs", "1")) + ",flag";
        var created = await tus.Create(bytes.Length, metadata);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("1.0.0", TusClient.Header(created, "Tus-Resumable"));
        Assert.Equal(host.Clock.Now.AddDays(8).ToString("R"), TusClient.Header(created, "Upload-Expires"));
        var path = created.Headers.Location!.AbsolutePath;
        var id = TusClient.Id(path);
        Assert.StartsWith(host.Origin, created.Headers.Location.ToString(), StringComparison.Ordinal);

        var offset = 0;
        foreach (var size in (int[])[1, 5_000_000, 4_000_000])
        {
            Assert.Equal("pending", (await alice.Read(id)).Status);
            var answer = await tus.Patch(path, offset, bytes[offset..(offset + size)]);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            offset += size;
            Assert.Equal(offset, TusClient.OffsetOf(answer));
            var head = await tus.Head(path);
            Assert.Equal((offset, $"{bytes.Length}", metadata),
                (TusClient.OffsetOf(head), TusClient.Header(head, "Upload-Length"), TusClient.Header(head, "Upload-Metadata")));
            Assert.True(head.Headers.CacheControl?.NoStore);
        }

        var file = await alice.Read(id);
        Assert.Equal(("available", "Été 🏖.bin", "By tus/été"), (file.Status,
            file.Name, file.Folder));
        Assert.True(file.Sha256Verified);
        var served = await alice.Download(id);
        Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/x-thing", served.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Options_says_what_is_supported_to_anybody()
    {
        foreach (var path in (string[])["/demo/tus", "/demo/tus/" + new string('a', 32)])
        {
            var answer = await host.Http.SendAsync(new(HttpMethod.Options, path));
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Equal("1.0.0", TusClient.Header(answer, "Tus-Version"));
            Assert.Equal("5242880000", TusClient.Header(answer, "Tus-Max-Size"));
            Assert.Equal("creation,creation-with-upload,expiration,checksum,termination", TusClient.Header(answer, "Tus-Extension"));
            Assert.Equal("sha1,md5,sha256", TusClient.Header(answer, "Tus-Checksum-Algorithm"));
        }
    }

    [Fact]
    public async Task A_web_view_may_send_and_see_the_headers_of_tus()
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/demo/tus");
        request.Headers.Add("Origin", "capacitor://localhost");
        request.Headers.Add("Access-Control-Request-Method", "PATCH");
        var answer = await host.Http.SendAsync(request);
        var allowed = answer.Headers.GetValues("Access-Control-Allow-Headers").Single().Split(", ");
        var exposed = answer.Headers.GetValues("Access-Control-Expose-Headers").Single().Split(", ");
        Assert.Superset(new HashSet<string> { "Tus-Resumable", "Upload-Length", "Upload-Offset", "Upload-Metadata", "Upload-Checksum" },
            allowed.ToHashSet());
        Assert.Superset(new HashSet<string> { "Location", "Upload-Offset", "Upload-Length", "Upload-Expires", "Tus-Version" },
            exposed.ToHashSet());
        Assert.Contains("PATCH", answer.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        request = new HttpRequestMessage(HttpMethod.Options, "/demo/tus");
        request.Headers.Add("Origin", "https://foreign.example");
        Assert.False((await host.Http.SendAsync(request)).Headers.Contains("Access-Control-Allow-Headers"));
    }

    [Fact]
    public async Task Creation_can_bring_the_first_piece_or_all_of_it()
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        foreach (var size in (int[])[3, 5])
        {
            var body = new ByteArrayContent([1, 2, 3]) { Headers = { ContentType = new(TusClient.PieceType) } };
            var answer = await tus.Send(HttpMethod.Post, "/demo/tus", body, ("Upload-Length", $"{size}"));
            Assert.Equal(201, (int)answer.StatusCode);
            Assert.Equal(3, TusClient.OffsetOf(answer));
            var id = TusClient.Id(answer.Headers.Location!.AbsolutePath);
            Assert.Equal(size == 3 ? "available" : "pending", (await alice.Read(id)).Status);
        }
    }

    [Fact]
    public async Task Termination_ends_the_upload_and_not_a_finished_file()
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        var path = await tus.Created(5);
        await tus.Patch(path, 0, [1, 2]);
        Assert.Equal(204, (int)(await tus.Send(HttpMethod.Delete, path)).StatusCode);
        foreach (var method in (HttpMethod[])[HttpMethod.Head, HttpMethod.Delete])
            Assert.Equal(404, (int)(await tus.Send(method, path)).StatusCode);
        Assert.Equal(404, (int)(await tus.Patch(path, 2, [3])).StatusCode);
        Assert.Empty(await host.Blobs(TusClient.Id(path)));

        path = await tus.Created(2);
        await tus.Patch(path, 0, [1, 2]);
        await tus.Send(HttpMethod.Delete, path).Fails(409, "upload_complete");
        Assert.Equal("available", (await alice.Read(TusClient.Id(path))).Status);
        Assert.Equal(2, await tus.Offset(path));
        Assert.Equal(204, (int)(await tus.Patch(path, 2, [])).StatusCode);
    }

    [Fact]
    public async Task A_client_that_knows_only_post_names_the_method_it_means()
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(5);
        var body = new ByteArrayContent([1, 2]) { Headers = { ContentType = new(TusClient.PieceType) } };
        var answer = await tus.Send(HttpMethod.Post, path, body, ("X-HTTP-Method-Override", "PATCH"), ("Upload-Offset", "0"));
        Assert.Equal(2, TusClient.OffsetOf(answer));
        foreach (var meant in (string[])["", "GET", "PUT"])
            await tus.Send(HttpMethod.Post, path, null, ("X-HTTP-Method-Override", meant)).Fails(400, "invalid_header");
        Assert.Equal(204, (int)(await tus.Send(HttpMethod.Post, path, null, ("X-HTTP-Method-Override", "DELETE"))).StatusCode);
    }

    [Fact]
    public async Task Wrong_bytes_are_told_with_the_last_piece()
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        var page = Encoding.ASCII.GetBytes("<html></html>");
        var path = await tus.Created(page.Length, TusClient.Metadata(("filename", "cat.png"), ("filetype", "image/png")));
        await tus.Patch(path, 0, page).Fails(422, "type_mismatch");
        await alice.Send(HttpMethod.Get, $"/{TusClient.Id(path)}").Fails(404, "file_not_found");
        Assert.Equal(404, (int)(await tus.Head(path)).StatusCode);
        Assert.Empty(await host.Blobs(TusClient.Id(path)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_empty_file_is_complete_with_its_creation(bool hasBody)
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        var body = hasBody ? new ByteArrayContent([]) { Headers = { ContentType = new(TusClient.PieceType) } } : null;
        var answer = await tus.Send(HttpMethod.Post, "/demo/tus", body, ("Upload-Length", "0"),
            ("Upload-Metadata", TusClient.Metadata(("filename", "empty"), ("filetype", "null"))));
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal(0, TusClient.OffsetOf(answer));
        var path = answer.Headers.Location!.AbsolutePath;
        var file = await alice.Read(TusClient.Id(path));
        Assert.Equal(("available", "application/octet-stream"), (file.Status, file.ContentType));
        Assert.Empty(await (await alice.Download(TusClient.Id(path))).Content.ReadAsByteArrayAsync());
        Assert.Equal(0, await tus.Offset(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("undefined")]
    public async Task A_file_without_a_type_is_bytes(string type)
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        var path = await tus.Created(1, TusClient.Metadata(("filetype", type)));
        Assert.Equal("application/octet-stream", (await alice.Read(TusClient.Id(path))).ContentType);
    }

    [Fact]
    public async Task Behind_the_end_of_a_complete_upload_nothing_is_taken()
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(2);
        Assert.Equal(204, (int)(await tus.Patch(path, 0, [1, 2])).StatusCode);
        await tus.Patch(path, 2, [3]).Fails(413, "upload_too_large");
        Assert.Equal(204, (int)(await tus.Patch(path, 2, [])).StatusCode);
        Assert.Equal(2, await tus.Offset(path));
    }

    [Fact]
    public async Task Of_six_pieces_at_one_offset_one_alone_says_that_its_bytes_count()
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        for (var round = 0; round < 3; round++)
        {
            var path = await tus.Created(20, TusClient.Metadata(("filetype", "application/x-thing")));
            Assert.Equal(204, (int)(await tus.Patch(path, 0, [1, 2, 3, 4])).StatusCode);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6)
                .Select(n => tus.Patch(path, 4, [.. Enumerable.Repeat((byte)(10 + n), n + 1)])));
            var winner = Assert.Single(Enumerable.Range(0, 6), n => (int)answers[n].StatusCode == 204);
            foreach (var lost in answers.Where(answer => (int)answer.StatusCode != 204)) await lost.Fails(409, "offset_mismatch");
            Assert.Equal(5 + winner, TusClient.OffsetOf(answers[winner]));
            Assert.Equal(5 + winner, await tus.Offset(path));
            Assert.Equal(204, (int)(await tus.Patch(path, 5 + winner, new byte[15 - winner])).StatusCode);
            var served = await (await alice.Download(TusClient.Id(path))).Content.ReadAsByteArrayAsync();
            Assert.Equal([.. Enumerable.Repeat((byte)(10 + winner), winner + 1)], served[4..(5 + winner)]);
        }
    }

    [Fact]
    public async Task Somebody_elses_upload_is_not_found()
    {
        var (alice, bob) = (await TusClient.SignedIn(host), await TusClient.SignedIn(host, "bob"));
        var path = await alice.Created(5);
        Assert.Equal(404, (int)(await bob.Head(path)).StatusCode);
        Assert.Equal(404, (int)(await bob.Patch(path, 0, [1])).StatusCode);
        Assert.Equal(404, (int)(await bob.Send(HttpMethod.Delete, path)).StatusCode);
        Assert.Equal(0, await alice.Offset(path));
    }

    [Fact]
    public async Task A_file_that_does_not_come_by_tus_is_not_found_there_and_one_that_does_says_so()
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        var begun = await alice.Begin(FilesClient.Declaration());
        Assert.Equal(404, (int)(await tus.Head($"/demo/tus/{begun.Id}")).StatusCode);
        var path = await tus.Created(5);
        await alice.Send(HttpMethod.Get, $"/{TusClient.Id(path)}/upload").Fails(409, "tus_upload");
        await alice.Complete(TusClient.Id(path)).Fails(409, "upload_missing");
    }
}
