using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// An upload in blocks, to a blob that the client can overwrite as long as its URL lives. So a snapshot is taken, which no URL of
/// the client's can write, and the snapshot is checked and served.
/// </summary>
public sealed class StagedUpload(BlobStore blobs, StagedBlobs staged, UploadCheck check)
{
    /// <summary>
    /// Commits the chosen blocks, or accepts what the client has committed, and checks a snapshot of the blob. Blocks that don't
    /// make up the file are kept, because the client may choose or send others.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="choose">Chooses among the blocks that have arrived; null if the client has committed them itself.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">409 <c>upload_missing</c>, <c>upload_unfinished</c>; 422 for the chosen blocks.</exception>
    /// <exception cref="RefusedUpload">422 with a code for what is wrong with the bytes.</exception>
    /// <exception cref="RequestFailedException">412 or 404: the blob changed meanwhile.</exception>
    public async Task<VerifiedUpload> Verify(FileRecord file, Func<StagedBlocks, IReadOnlyList<Block>>? choose, CancellationToken cancel)
    {
        var etags = choose is null ? await AcceptCommitted(file, cancel) : await Commit(file, choose, cancel);
        var snapshot = await staged.TakeSnapshot(file.Tenant, file.BlobName, etags[^1], cancel);
        try
        {
            var (size, bytes) = file.Size == 0 // No range of an empty blob can be read.
                ? (0, Stream.Null) : await staged.Open(file.Tenant, file.BlobName, snapshot, check.NeededBytes(file), cancel);
            await using var _ = bytes;
            if (size != file.Size) throw UploadCheck.WrongSize(file.Size, size);
            return await check.CheckBytes(file, bytes, cancel) with { Snapshot = snapshot, ETags = etags };
        }
        catch (Problem wrong)
        {
            await DiscardSnapshot(file, snapshot, cancel); // A concurrent complete has its own snapshot.
            throw new RefusedUpload(wrong);
        }
    }

    /// <summary>Deletes a snapshot that will not be served.</summary>
    public Task DiscardSnapshot(FileRecord file, string snapshot, CancellationToken cancel) =>
        staged.DeleteSnapshot(file.Tenant, file.BlobName, snapshot, cancel);

    // Both return the ETags that the bytes had, the present one last.
    async Task<IReadOnlyList<ETag>> Commit(FileRecord file, Func<StagedBlocks, IReadOnlyList<Block>> choose, CancellationToken cancel)
    {
        var list = await ListBlocks(file, cancel);
        if (list is null) return await AcceptCommitted(file, cancel); // Not a block blob; its properties will be refused.
        var blocks = choose(list);
        var size = blocks.Sum(block => block.Size);
        if (size != file.Size) throw UploadCheck.WrongSize(file.Size, size);
        var isCommitted = blocks.Count > 0 && list.Committed.SequenceEqual(blocks) && !blocks.Intersect(list.Uncommitted).Any();
        if (isCommitted) return await AcceptCommitted(file, cancel); // By a complete that crashed, or by a concurrent one.
        var ids = blocks.Select(block => block.Id);
        return [await staged.Commit(file.Tenant, file.BlobName, ids, check.Headers(file, null), cancel)];
    }

    async Task<StagedBlocks?> ListBlocks(FileRecord file, CancellationToken cancel)
    {
        try
        {
            return await staged.FindBlocks(file.Tenant, file.BlobName, cancel)
                ?? (file.Size == 0 ? new StagedBlocks([], []) : throw SingleUpload.Missing());
        }
        catch (RequestFailedException other) when (other.ErrorCode == BlobErrorCode.InvalidBlobType)
        {
            return null;
        }
    }

    async Task<IReadOnlyList<ETag>> AcceptCommitted(FileRecord file, CancellationToken cancel)
    {
        var blob = await SingleUpload.FindBlob(blobs, file, cancel) ?? throw Problem.Conflict(
            "upload_missing", "No blocks have been committed for this file. Send their number or their ids in blocks.");
        if (UploadCheck.CheckProperties(file, blob) is { } refused) throw new RefusedUpload(refused);
        if (!check.Seals) return [blob.ETag];
        var headers = check.Headers(file, blob.Headers.ContentHash);
        return [blob.ETag, await blobs.SetFinalHeaders(file.Tenant, file.BlobName, blob, headers, cancel)];
    }
}
