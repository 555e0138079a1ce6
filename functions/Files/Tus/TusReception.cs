using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files.Tus;

/// <summary>
/// Takes the bytes of one request in, block by block as they come, so that memory stays small and whatever arrived
/// before a line broke is there when the client comes back.
/// </summary>
public sealed class TusReception(StagedBlobs staged, TimeProvider clock)
{
    // Azure's front end cuts a request off after 230 seconds. Answering before that tells the client where to go on. The
    // function is called when the headers of a piece that streams are there, but only behind the last byte of one that
    // says its length: that one has to be small instead.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(200);

    /// <summary>How far the upload is, in bytes, and in how many blocks.</summary>
    public async Task<(long Bytes, int Blocks)> Offset(FileRecord file, CancellationToken cancel)
    {
        if (file.Status == FileStatus.Available) return (file.Size, 0);
        var (blocks, offset) = TusBlocks.Chain(await staged.Find(file.Tenant, file.BlobName, cancel));
        return (offset, blocks.Count);
    }

    /// <summary>Takes the request's body in as the bytes from this offset on; the offset behind the last that was kept.</summary>
    /// <exception cref="Problem">
    /// 413 <c>upload_too_large</c>, 460 <c>checksum_mismatch</c>, 408 <c>piece_too_slow</c>, 400 <c>truncated_body</c>.
    /// </exception>
    public async Task<long> Receive(FileRecord file, long offset, HttpRequest request)
    {
        using var checksum = TusChecksum.Read(request);
        if (request.ContentLength > file.Size - offset) throw TooLarge();
        var piece = new Piece(staged, file, offset, checksum);
        var body = new TusBody(request, clock, clock.GetUtcNow() + Patience);
        var buffer = new byte[Math.Min(TusBlocks.MaxBytes, request.ContentLength ?? file.Size - offset)];
        while (piece.Offset < file.Size)
        {
            var block = buffer.AsMemory(0, (int)Math.Min(buffer.Length, file.Size - piece.Offset));
            var length = await body.Fill(block);
            if (await piece.Holds(block[..length])) buffer = new byte[buffer.Length];
            if (body.Fault is { } broken) throw broken;
            if (length < block.Length || length == 0) break;
        }
        if (piece.Offset == file.Size && await body.HasMore()) throw TooLarge();
        if (body.IsLate && checksum is not null)
            throw new Problem(408, "piece_too_slow", $"A piece with a checksum must arrive within {Patience.TotalSeconds} seconds: send smaller ones.");
        await piece.End();
        return piece.Offset;
    }

    static Problem TooLarge() => new(413, "upload_too_large", "The body goes beyond the end of the file that was declared (Upload-Length).");

    // One run of blocks. With a checksum its first block is held back to the end: until then the run does not count.
    sealed class Piece(StagedBlobs staged, FileRecord file, long start, TusChecksum? checksum)
    {
        readonly string run = TusBlocks.NewRun();
        ReadOnlyMemory<byte> first;
        long length;
        int number;

        public long Offset => start + length;

        /// <summary>Adds a block; true if it must stay in memory.</summary>
        public async Task<bool> Holds(ReadOnlyMemory<byte> bytes)
        {
            if (bytes.IsEmpty) return false;
            checksum?.Append(bytes.Span);
            var isHeld = number == 0 && checksum is not null;
            if (isHeld) first = bytes;
            else await Stage(Offset, number, bytes);
            length += bytes.Length;
            number++;
            return isHeld;
        }

        public async Task End()
        {
            checksum?.Check();
            if (!first.IsEmpty) await Stage(start, 0, first);
        }

        // Not given up when the caller hangs up: what has arrived is to be there when they come back.
        Task Stage(long offset, int n, ReadOnlyMemory<byte> bytes) => staged.Stage(
            file.Tenant, file.BlobName, TusBlocks.Id(offset, n, run), bytes, CancellationToken.None);
    }
}
