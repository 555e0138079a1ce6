using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Storage;

namespace Latchkey.Tests.Files.Tus;

/// <summary>Lines that break, processes that die, pieces that come at once: the upload goes on from what was kept.</summary>
public sealed class TusBreakTests : OnCuttableStorage
{
    FilesClient alice = null!;
    TusClient tus = null!;

    private protected override async Task Prepare()
    {
        alice = await host.As("alice");
        tus = new TusClient(host, alice.Token);
        await alice.Upload([1]);
    }

    [Fact]
    public async Task What_arrived_before_the_line_broke_is_kept()
    {
        var bytes = FilesClient.Bytes(6_000_000);
        var path = await tus.Created(bytes.Length, TusClient.Metadata(("sha256", Convert.ToHexStringLower(SHA256.HashData(bytes)))));
        await SendPart(path, bytes, 5_000_000);
        // How much had arrived by then is the machine's affair; that it is the file's beginning, its hash says.
        var kept = 0L;
        await Eventually.True(async () => (kept = await tus.Offset(path)) is > 0 and <= 5_000_000);
        Assert.Equal(204, (int)(await tus.Patch(path, kept, bytes[(int)kept..])).StatusCode);
        Assert.Equal(bytes, await (await alice.Download(TusClient.Id(path))).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Of_a_piece_with_a_checksum_that_broke_off_nothing_is_kept()
    {
        var bytes = FilesClient.Bytes(6_000_000);
        var path = await tus.Created(bytes.Length);
        await SendPart(path, bytes, 5_000_000, $"Upload-Checksum: sha1 {Convert.ToBase64String(Sha1(bytes))}\r\n");
        await Task.Delay(1000);
        Assert.Equal(0, await tus.Offset(path));
        Assert.Equal(204,
            (int)(await tus.Patch(path, 0, bytes, ("Upload-Checksum", $"sha1 {Convert.ToBase64String(Sha1(bytes))}"))).StatusCode);
    }

    static byte[] Sha1(byte[] bytes) => CryptographicOperations.HashData(HashAlgorithmName.SHA1, bytes);

    // A PATCH that declares all of the bytes, or one chunk more, and hangs up after some.
    async Task SendPart(string path, byte[] bytes, int sent, string more = "", int offset = 0, bool chunked = false)
    {
        var origin = new Uri(host.Origin);
        using var line = new TcpClient();
        await line.ConnectAsync(origin.Host, origin.Port);
        var stream = line.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"PATCH {path} HTTP/1.1\r\nHost: {origin.Authority}\r\nAuthorization: Bearer {alice.Token}\r\nTus-Resumable: 1.0.0\r\n"
            + $"Upload-Offset: {offset}\r\nContent-Type: {TusClient.PieceType}\r\n"
            + (chunked ? $"Transfer-Encoding: chunked\r\n{more}\r\n{bytes.Length + 1:x}\r\n"
                : $"Content-Length: {bytes.Length}\r\n{more}\r\n")));
        await stream.WriteAsync(bytes.AsMemory(0, sent));
        await stream.FlushAsync();
        await Task.Delay(500); // Until it has been read: a line that is cut takes what is on its way with it.
    }

    [Fact]
    public async Task A_piece_that_takes_too_long_is_answered_in_time_with_what_was_kept()
    {
        var path = await tus.Created(100);
        var slow = new Trickle(host, 40);
        var answer = await tus.Patch(path, 0, slow);
        Assert.Equal(204, (int)answer.StatusCode);
        var offset = TusClient.OffsetOf(answer);
        Assert.InRange(offset, 1, 99);
        Assert.Equal(offset, await tus.Offset(path));
    }

    // Three bytes, an hour, and then the rest.
    sealed class Trickle(TestHost host, int length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[3]);
            await stream.FlushAsync();
            await Task.Delay(500);
            host.Clock.Advance(TimeSpan.FromMinutes(4));
            await stream.WriteAsync(new byte[length - 3]);
        }

        protected override bool TryComputeLength(out long value)
        {
            value = length;
            return true;
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_piece_whose_process_died_anywhere_is_sent_again_from_where_it_was(bool answerLost)
    {
        var bytes = FilesClient.Bytes((4 << 20) + 1000); // More than a block.
        var cuts = await storage.CutEverywhere(answerLost, path => tus.Patch(path, 0, bytes),
            prepare: () => tus.Created(bytes.Length, TusClient.Metadata(("sha256", Convert.ToHexStringLower(SHA256.HashData(bytes))))),
            check: async path =>
            {
                // HEAD completes the file if all bytes are there, as a client that asks after a crash would see.
                var offset = (int)await tus.Offset(path);
                if (offset < bytes.Length) Assert.Equal(204, (int)(await tus.Patch(path, offset, bytes[offset..])).StatusCode);
                Assert.Equal("available", (await alice.Read(TusClient.Id(path))).Status);
                Assert.Equal(bytes, await (await alice.Download(TusClient.Id(path))).Content.ReadAsByteArrayAsync());
            });
        // Revocation, record, blocks, two blocks, list of blocks; record, blocks, properties, snapshot, bytes, (usage,) by what it is
        // known, record and list rows.
        Assert.Equal(answerLost ? 14 : 13, cuts); // After a lost answer the index's row is asked for again.
    }

    [Fact]
    public async Task Pieces_at_once_never_take_back_what_was_acknowledged_nor_mix()
    {
        for (var round = 0; round < 5; round++)
        {
            var bytes = FilesClient.Bytes(3_000_000);
            var path = await tus.Created(bytes.Length, TusClient.Metadata(("sha256", Convert.ToHexStringLower(SHA256.HashData(bytes)))));
            int[] sizes = [1_000_000, 700_000, 1_500_000, 300_000];
            var answers = await Task.WhenAll(sizes.Select(size => tus.Patch(path, 0, bytes[..size])));
            var acknowledged = answers.Where(answer => answer.IsSuccessStatusCode).Max(TusClient.OffsetOf);
            var offset = await tus.Offset(path);
            Assert.True(offset >= acknowledged, $"{acknowledged} were acknowledged, {offset} are there");
            Assert.Equal(204, (int)(await tus.Patch(path, offset, bytes[(int)offset..])).StatusCode);
            Assert.Equal(bytes, await (await alice.Download(TusClient.Id(path))).Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_piece_that_says_its_length_has_8_MiB_at_most_and_is_refused_before_it_is_sent()
    {
        var path = await tus.Created(64 << 20);
        var tooLarge = new Zeros((8 << 20) + 1);
        var refused = await tus.Patch(path, 0, tooLarge, ("Expect", "100-continue")).Problem(413);
        Assert.Equal(("body_too_large", "A piece can have 8388608 bytes at most. Set the client's chunkSize."),
            (refused.Code, refused.Detail));
        Assert.Equal(0, tooLarge.Sent);
        var first = new Zeros((8 << 20) + 1) { Headers = { ContentType = new(TusClient.PieceType) } };
        await tus.Send(
            HttpMethod.Post, "/demo/tus", first, ("Upload-Length", $"{64 << 20}"), ("Expect", "100-continue")).Fails(413, "body_too_large");
        Assert.Equal(8 << 20, TusClient.OffsetOf(await tus.Patch(path, 0, new Zeros(8 << 20))));
    }

    [Fact]
    public async Task What_streams_is_kept_as_it_comes_and_may_be_as_long_as_the_functions_host_lets_through()
    {
        var path = await tus.Created(64 << 20);
        Assert.Equal(31 << 20,
            TusClient.OffsetOf(await tus.Patch(path, 0, new Zeros(31 << 20, chunked: true), ("Transfer-Encoding", "chunked"))));
        await SendPart(path, FilesClient.Bytes(5_000_000), 5_000_000, offset: 31 << 20, chunked: true);
        await Eventually.True(async () => await tus.Offset(path) > 31 << 20);
    }

    sealed class Zeros(long length, bool chunked = false) : HttpContent
    {
        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var buffer = new byte[1 << 20];
            for (; Sent < length; Sent += Math.Min(length - Sent, buffer.Length))
                await stream.WriteAsync(buffer.AsMemory(0, (int)Math.Min(length - Sent, buffer.Length)));
        }

        protected override bool TryComputeLength(out long value)
        {
            value = length;
            return !chunked;
        }
    }

    [Fact]
    public async Task An_upload_whose_time_is_over_is_gone_and_swept()
    {
        var path = await tus.Created(5);
        await tus.Patch(path, 0, [1, 2]);
        host.Clock.Advance(TimeSpan.FromDays(8));
        var late = await TusClient.SignedIn(host);
        Assert.Equal(410, (int)(await late.Head(path)).StatusCode);
        await late.Patch(path, 2, [3]).Fails(410, "upload_expired");
        host.Clock.Advance(TimeSpan.FromDays(2));
        await host.RunTimer("sweep-uploads");
        late = await TusClient.SignedIn(host);
        Assert.Equal(404, (int)(await late.Head(path)).StatusCode);
        Assert.Empty(await host.Blobs(TusClient.Id(path)));
    }

    [Fact]
    public async Task The_round_trips_of_tus_stay_within_the_budget()
    {
        var path = await tus.Created(5); // Now the day's table is there.
        Assert.Equal(3, await host.Trips(async () => path = await tus.Created(5))); // Revocation, note, record.
        Assert.Equal(3, await host.Trips(() => tus.Offset(path))); // Revocation, record, blocks.
        Assert.Equal(5, await host.Trips(() => tus.Patch(path, 0, [1, 2]))); // The same, a block and the list of blocks.
        // The same, and record, blocks, properties, snapshot, bytes, record and list rows.
        Assert.Equal(11, await host.Trips(() => tus.Patch(path, 2, [3, 4, 5])));
        Assert.NotNull(await host.Service<BlobStore>().Find("demo", $"{TusClient.Id(path)}.staging", default));
    }
}
