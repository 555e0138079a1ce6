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

    [Theory]
    [InlineData("")]
    [InlineData("0.2.2")]
    [InlineData("1.0.1")]
    public async Task Another_version_is_refused_and_nothing_is_done(string version)
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(3);
        foreach (var answer in (HttpResponseMessage[])[
            await tus.Create(3, "", ("Tus-Resumable", version)), await tus.Patch(path, 0, [1], ("Tus-Resumable", version)),
            await tus.Send(HttpMethod.Head, path, null, ("Tus-Resumable", version)),
            await tus.Send(HttpMethod.Delete, path, null, ("Tus-Resumable", version))])
        {
            Assert.Equal(412, (int)answer.StatusCode);
            Assert.Equal("1.0.0", TusClient.Header(answer, "Tus-Version"));
        }
        Assert.Equal(0, await tus.Offset(path));
    }

    [Fact]
    public async Task A_wrong_offset_is_a_conflict_and_keeps_nothing()
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(5);
        await tus.Patch(path, 0, [1, 2]);
        foreach (var offset in (long[])[0, 1, 3, 5, long.MaxValue])
            await tus.Patch(path, offset, [9]).Fails(409, "offset_mismatch");
        foreach (var offset in (string[])["", "-1", "x", "1.0", "99999999999999999999"])
            await tus.Patch(path, 0, [9], ("Upload-Offset", offset)).Fails(400, "invalid_header");
        Assert.Equal(2, await tus.Offset(path));
    }

    [Fact]
    public async Task A_piece_of_another_type_is_refused()
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(5);
        var answer = await tus.Send(HttpMethod.Patch, path, new StringContent("12345"), ("Upload-Offset", "0"));
        await answer.Fails(415, "unsupported_media_type");
        answer = await tus.Send(HttpMethod.Post, "/demo/tus", new StringContent("12345"), ("Upload-Length", "5"));
        await answer.Fails(415, "unsupported_media_type");
    }

    [Fact]
    public async Task A_piece_beyond_the_end_is_refused()
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(5);
        await tus.Patch(path, 0, [1, 2, 3, 4, 5, 6]).Fails(413, "upload_too_large");
        Assert.Equal(0, await tus.Offset(path));
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("md5")]
    [InlineData("sha256")]
    public async Task A_damaged_piece_is_refused_and_none_of_it_is_kept(string algorithm)
    {
        var (tus, alice) = (await TusClient.SignedIn(host), await host.As("alice"));
        var bytes = FilesClient.Bytes(8_388_608); // Two blocks.
        string Checksum(byte[] of) =>
            $"{algorithm} {Convert.ToBase64String(CryptographicOperations.HashData(new(algorithm.ToUpperInvariant()), of))}";
        var path = await tus.Created(bytes.Length);
        var damaged = bytes.ToArray();
        damaged[8_000_000]++;
        await tus.Patch(path, 0, damaged, ("Upload-Checksum", Checksum(bytes))).Fails(460, "checksum_mismatch");
        Assert.Equal(0, await tus.Offset(path));
        // Right, but shorter: what was damaged lies behind it and must not be taken for its continuation.
        var part = bytes[..(4 << 20)];
        Assert.Equal(204, (int)(await tus.Patch(path, 0, part, ("Upload-Checksum", Checksum(part)))).StatusCode);
        Assert.Equal(part.Length, await tus.Offset(path));
        var rest = bytes[part.Length..];
        Assert.Equal(204, (int)(await tus.Patch(path, part.Length, rest, ("Upload-Checksum", Checksum(rest)))).StatusCode);
        Assert.Equal(bytes, await (await alice.Download(TusClient.Id(path))).Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("crc32 AAAA")]
    [InlineData("sha1")]
    [InlineData("sha1 ")]
    [InlineData("sha1 AAAA")]
    [InlineData("SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]
    [InlineData("sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk= x")]
    public async Task A_checksum_that_is_not_supported_is_refused(string checksum)
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(5);
        await tus.Patch(path, 0, [1], ("Upload-Checksum", checksum)).Fails(400, "unsupported_checksum");
        Assert.Equal(0, await tus.Offset(path));
    }

    public static TheoryData<string, string, string, int> BadCreations => new()
    {
        { "", "", "invalid_header", 400 },
        { "-1", "", "invalid_header", 400 },
        { "1e3", "", "invalid_header", 400 },
        { "5242880001", "", "file_too_large", 413 },
        { "5", "filename not*base64", "invalid_metadata", 400 },
        { "5", "filename YQ== x", "invalid_metadata", 400 },
        { "5", "filename YQ==,filename YQ==", "invalid_metadata", 400 },
        { "5", "filename /w==", "invalid_metadata", 400 },
        { "5", "x " + new string('A', 4096), "invalid_metadata", 400 },
        { "5", TusClient.Metadata(("filename", "a/b")), "invalid_name", 400 },
        { "5", TusClient.Metadata(("filetype", "nonsense")), "invalid_content_type", 400 },
        { "5", TusClient.Metadata(("folder", "a//b")), "invalid_folder", 400 },
        { "5", TusClient.Metadata(("sha256", "AB")), "invalid_sha256", 400 },
        { "5", TusClient.Metadata(("space", "everybody")), "invalid_space", 400 },
    };

    // What is kept is given back as a header, which can hold nothing else.
    [Theory]
    [InlineData("ключ dmFsdWU=")]
    [InlineData("k dm\tFs")]
    public async Task Metadata_that_no_header_can_give_back_is_refused(string metadata)
    {
        var origin = new Uri(host.Origin);
        using var line = new System.Net.Sockets.TcpClient();
        await line.ConnectAsync(origin.Host, origin.Port);
        await line.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(
            $"POST /demo/tus HTTP/1.1\r\nHost: {origin.Authority}\r\nAuthorization: Bearer {(await host.As("alice")).Token}\r\n"
            + $"Tus-Resumable: 1.0.0\r\nUpload-Length: 5\r\nUpload-Metadata: {metadata}\r\nContent-Length: 0\r\nConnection: "
            + $"close\r\n\r\n"));
        using var answer = new StreamReader(line.GetStream());
        var text = await answer.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", text, StringComparison.Ordinal);
        Assert.Contains("invalid_metadata", text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(BadCreations))]
    public async Task A_creation_that_is_none_is_refused(string length, string metadata, string code, int status)
    {
        var tus = await TusClient.SignedIn(host);
        var answer = await tus.Create(0, metadata, ("Upload-Length", length));
        await answer.Fails(status, code);
        Assert.Null(answer.Headers.Location);
        Assert.Equal("1.0.0", TusClient.Header(answer, "Tus-Resumable"));
    }

    [Theory]
    [InlineData("Upload-Defer-Length", "1")]
    [InlineData("Upload-Concat", "partial")]
    public async Task Extensions_that_are_not_there_are_refused(string header, string value)
    {
        var tus = await TusClient.SignedIn(host);
        await tus.Create(5, "", (header, value)).Fails(400, "not_supported");
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
