using System.Security.Cryptography;

namespace Latchkey.Tests.Files.Tus;

/// <summary>What tus 1.0.0 does not allow: it is refused and nothing of it is kept.</summary>
public sealed class TusRefusalTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

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
}
