using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// Takes the bytes of one request in, block by block as they come, so that memory stays small and whatever arrived
/// before a line broke is there when the client comes back.
/// </summary>
public sealed class TusReception(StagedBlobs staged, TimeProvider clock)
{
    // Azure's front end cuts a request off after 230 seconds. Answering before that tells the client where to go on. The
    // function is called when the headers of a piece that streams are there, but only behind the last byte of one that
    // says its length: that one has to be small instead.
    static readonly TimeSpan MaxReceiveTime = TimeSpan.FromSeconds(200);

    /// <summary>How far the upload is: the blocks that count.</summary>
    public async Task<StagedBlocks> FindBlocks(FileRecord file, CancellationToken cancel) =>
        await staged.Find(file.Tenant, file.BlobName, cancel) ?? new StagedBlocks([], []);

    /// <summary>Takes the request's body in behind these blocks; the offset behind the last byte that was kept.</summary>
    /// <exception cref="Problem">
    /// 413 <c>upload_too_large</c>, 460 <c>checksum_mismatch</c>, 408 <c>piece_too_slow</c>, 400 <c>truncated_body</c>.
    /// </exception>
    /// <exception cref="RequestFailedException">412: another piece was faster, and nothing of this one is kept.</exception>
    public async Task<long> Receive(FileRecord file, StagedBlocks before, HttpRequest request)
    {
        using var checksum = TusChecksum.Read(request);
        var start = before.Committed.Sum(block => block.Size);
        if (request.ContentLength > file.Size - start) throw TooLarge();
        var piece = new Piece(staged, file, start, checksum);
        var body = new TusBody(request, clock, clock.GetUtcNow() + MaxReceiveTime);
        var buffer = new byte[Math.Min(TusBlocks.MaxBytes, request.ContentLength ?? file.Size - start)];
        while (piece.Offset < file.Size)
        {
            var block = buffer.AsMemory(0, (int)Math.Min(buffer.Length, file.Size - piece.Offset));
            var length = await body.Fill(block);
            await piece.Add(block[..length]);
            if (body.Fault is not null || length < block.Length || length == 0) break;
        }
        if (piece.Offset == file.Size && await body.HasMore()) throw TooLarge();
        if (checksum is null) await piece.Commit(before); // Of a line that broke too: whoever comes back goes on from there.
        if (body.Fault is { } broken) throw broken;
        if (checksum is null) return piece.Offset;
        if (body.TimedOut)
            throw new Problem(408, "piece_too_slow", $"A piece with a checksum must arrive within {MaxReceiveTime.TotalSeconds} seconds: send smaller ones.");
        checksum.Verify();
        await piece.Commit(before);
        return piece.Offset;
    }

    /// <summary>Refuses a body behind the last byte; none is nothing to refuse.</summary>
    /// <exception cref="Problem">413 <c>upload_too_large</c>.</exception>
    public async Task ReceiveNothing(HttpRequest request)
    {
        if (request.ContentLength > 0 || await new TusBody(request, clock, clock.GetUtcNow() + MaxReceiveTime).HasMore()) throw TooLarge();
    }

    static Problem TooLarge() => new(413, "upload_too_large", "The body goes beyond the end of the file that was declared (Upload-Length).");

    // One run of blocks. Not given up when the caller hangs up: what has arrived is to be there when they come back.
    sealed class Piece(StagedBlobs staged, FileRecord file, long start, TusChecksum? checksum)
    {
        readonly string run = TusBlocks.NewRun();
        readonly List<string> ids = [];
        long length;

        public long Offset => start + length;

        public async Task Add(ReadOnlyMemory<byte> bytes)
        {
            if (bytes.IsEmpty) return;
            checksum?.Append(bytes.Span);
            ids.Add(TusBlocks.Id(Offset, ids.Count, run));
            await staged.Stage(file.Tenant, file.BlobName, ids[^1], bytes, CancellationToken.None);
            length += bytes.Length;
        }

        public async Task Commit(StagedBlocks before)
        {
            if (ids.Count == 0) return;
            var unchanged = before.ETag is { } etag
                ? new BlobRequestConditions { IfMatch = etag } : new BlobRequestConditions { IfNoneMatch = ETag.All };
            var all = before.Committed.Select(block => block.Id).Concat(ids);
            await staged.Commit(file.Tenant, file.BlobName, all, UploadCheck.HeadersOf(file, null), CancellationToken.None, unchanged);
        }
    }
}
