using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// A file that comes in blocks, to a blob that the client may overwrite as long as its URL lives. So a snapshot is
/// taken, which no key of the client's reaches, and that is what is checked and served.
/// </summary>
public sealed class StagedUpload(BlobStore blobs, StagedBlobs staged, UploadCheck check)
{
    /// <summary>
    /// Makes the blob of these blocks, or takes the one that the client made, and checks a snapshot of it. Blocks that
    /// can't be made a file stay: others may be said or sent.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="choose">Says which of the blocks that have arrived the file is made of; null: the client has committed them.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">409 <c>upload_missing</c>, <c>upload_unfinished</c>; 422 for the choice of blocks.</exception>
    /// <exception cref="RefusedUpload">422 and a code for what is wrong with the bytes.</exception>
    /// <exception cref="RequestFailedException">412 or 404: it changed meanwhile.</exception>
    public async Task<Verified> Verify(FileRecord file, Func<StagedBlocks, IReadOnlyList<Block>>? choose, CancellationToken cancel)
    {
        var etag = choose is null ? await AcceptCommitted(file, cancel) : await Commit(file, choose, cancel);
        var snapshot = await staged.TakeSnapshot(file.Tenant, file.BlobName, etag, cancel);
        try
        {
            var (size, bytes) = file.Size == 0 // Of which no range can be had.
                ? (0, Stream.Null) : await staged.Open(file.Tenant, file.BlobName, snapshot, check.NeededBytes(file), cancel);
            await using var _ = bytes;
            if (size != file.Size) throw UploadCheck.WrongSize(file.Size, size);
            return await check.CheckBytes(file, bytes, cancel) with { Snapshot = snapshot };
        }
        catch (Problem wrong)
        {
            await DiscardSnapshot(file, snapshot, cancel); // Whoever completes the same file at the same time has their own.
            throw new RefusedUpload(wrong);
        }
    }

    /// <summary>Deletes a snapshot that was taken and is not served.</summary>
    public Task DiscardSnapshot(FileRecord file, string snapshot, CancellationToken cancel) =>
        staged.DeleteSnapshot(file.Tenant, file.BlobName, snapshot, cancel);

    async Task<ETag> Commit(FileRecord file, Func<StagedBlocks, IReadOnlyList<Block>> choose, CancellationToken cancel)
    {
        var list = await ListBlocks(file, cancel);
        if (list is null) return await AcceptCommitted(file, cancel); // Something that has no blocks; it will be told what it is.
        var blocks = choose(list);
        var size = blocks.Sum(block => block.Size);
        if (size != file.Size) throw UploadCheck.WrongSize(file.Size, size);
        var isMade = blocks.Count > 0 && list.Committed.SequenceEqual(blocks) && !blocks.Intersect(list.Uncommitted).Any();
        if (isMade) return await AcceptCommitted(file, cancel); // By a complete that died, or one at the same time.
        var ids = blocks.Select(block => block.Id);
        return await staged.Commit(file.Tenant, file.BlobName, ids, check.Headers(file, null), cancel);
    }

    async Task<StagedBlocks?> ListBlocks(FileRecord file, CancellationToken cancel)
    {
        try
        {
            return await staged.Find(file.Tenant, file.BlobName, cancel)
                ?? (file.Size == 0 ? new StagedBlocks([], []) : throw SingleUpload.Missing());
        }
        catch (RequestFailedException other) when (other.ErrorCode == BlobErrorCode.InvalidBlobType)
        {
            return null;
        }
    }

    async Task<ETag> AcceptCommitted(FileRecord file, CancellationToken cancel)
    {
        var blob = await SingleUpload.FindBlob(blobs, file, cancel) ?? throw Problem.Conflict(
            "upload_missing", "No list of blocks has been committed for this file: say blocks.");
        if (UploadCheck.CheckProperties(file, blob) is not { } refused)
            return await blobs.Seal(file.Tenant, file.BlobName, blob, check.Headers(file, blob.ContentHash), cancel);
        throw new RefusedUpload(refused);
    }
}
