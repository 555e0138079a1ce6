using System.Buffers;
using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// Receives the bytes of one request and stores them block by block as they arrive. So memory stays small (two blocks), and if the
/// connection breaks, what arrived before is still there when the client resumes.
/// </summary>
public sealed class TusReception(StagedBlobs staged, TimeProvider clock)
{
    // Azure's front end ends a request after 230 seconds. A response before that tells the client where to continue. For a piece
    // that streams, the function is called once the headers have arrived. For a piece with a Content-Length it is called only
    // after the last byte, which is why such pieces have to be small.
    static readonly TimeSpan MaxReceiveTime = TimeSpan.FromSeconds(200);

    /// <summary>The blocks that have been received.</summary>
    public async Task<StagedBlocks> FindBlocks(FileRecord file, CancellationToken cancel) =>
        await staged.FindBlocks(file.Tenant, file.BlobName, cancel) ?? new StagedBlocks([], []);

    /// <summary>Appends the request's body to these blocks. Returns the offset after the last byte that was kept.</summary>
    /// <exception cref="Problem">
    /// 413 <c>upload_too_large</c>, 460 <c>checksum_mismatch</c>, 408 <c>piece_too_slow</c>, 400 <c>truncated_body</c>.
    /// </exception>
    /// <exception cref="RequestFailedException">412: a concurrent piece won, and nothing of this one is kept.</exception>
    public async Task<long> Receive(FileRecord file, StagedBlocks before, HttpRequest request)
    {
        using var checksum = TusChecksum.Read(request);
        var start = before.Committed.Sum(block => block.Size);
        if (request.ContentLength > file.Size - start) throw TooLarge();
        var piece = new Piece(staged, file, start, checksum);
        var body = new TusBody(request, clock, clock.GetUtcNow() + MaxReceiveTime);
        // While one block is stored, the next one is received.
        var size = (int)Math.Min(TusBlocks.MaxBytes, request.ContentLength ?? file.Size - start);
        var (buffers, storing) = (new byte[]?[TusBlocks.AtOnce], new Task[TusBlocks.AtOnce]);
        Array.Fill(storing, Task.CompletedTask);
        for (var n = 0; piece.Offset < file.Size; n = (n + 1) % TusBlocks.AtOnce)
        {
            await storing[n];
            buffers[n] ??= ArrayPool<byte>.Shared.Rent(size);
            var block = buffers[n].AsMemory(0, (int)Math.Min(size, file.Size - piece.Offset));
            var length = await body.Fill(block);
            storing[n] = piece.Add(block[..length]);
            if (body.Fault is not null || length < block.Length || length == 0) break;
        }
        await Task.WhenAll(storing); // If one fails, another may still be read from: then the garbage collector takes the buffers.
        foreach (var buffer in buffers.OfType<byte[]>()) ArrayPool<byte>.Shared.Return(buffer);
        if (piece.Offset == file.Size && await body.HasMore()) throw TooLarge();
        if (checksum is null) await piece.Commit(before); // Even if the connection broke: the client resumes from there.
        if (body.Fault is { } broken) throw broken;
        if (checksum is null) return piece.Offset;
        if (body.TimedOut)
        {
            throw new Problem(408, "piece_too_slow",
                $"A piece with a checksum must arrive within {MaxReceiveTime.TotalSeconds} seconds. Send smaller pieces.");
        }
        checksum.Verify();
        await piece.Commit(before);
        return piece.Offset;
    }

    /// <summary>Refuses any body, because the upload has all its bytes.</summary>
    /// <exception cref="Problem">413 <c>upload_too_large</c>.</exception>
    public async Task ReceiveNothing(HttpRequest request)
    {
        if (request.ContentLength > 0) throw TooLarge();
        if (await new TusBody(request, clock, clock.GetUtcNow() + MaxReceiveTime).HasMore()) throw TooLarge();
    }

    static Problem TooLarge() => new(413, "upload_too_large", "The body exceeds the declared size of the file (Upload-Length).");

    // One run of blocks. It ignores the caller's cancellation, so that what has arrived is there when the client resumes.
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
            var id = TusBlocks.Id(Offset, ids.Count, run);
            ids.Add(id);
            length += bytes.Length;
            await staged.Stage(file.Tenant, file.BlobName, id, bytes, CancellationToken.None);
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
