using System.Net.Http.Headers;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Latchkey.Storage;

/// <summary>A block that storage has.</summary>
/// <param name="Id">The id that the client gave it, base64.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record Block(string Id, long Size);

/// <summary>The blocks of a blob that is uploaded in blocks.</summary>
/// <param name="Committed">The blocks that make up the blob, in order.</param>
/// <param name="Uncommitted">Blocks that no block list uses yet. Storage drops them a week after the last one.</param>
/// <param name="ETag">The blob's ETag, or null if there are only uncommitted blocks.</param>
public sealed record StagedBlocks(IReadOnlyList<Block> Committed, IReadOnlyList<Block> Uncommitted, ETag? ETag = null);

/// <summary>How many bytes storage holds under a blob's name.</summary>
/// <param name="Largest">The size of the blob or of its largest snapshot.</param>
/// <param name="Stored">The blob and its snapshots; identical ones count once.</param>
/// <param name="Uncommitted">Uncommitted blocks.</param>
/// <param name="AreBlocksNumbered">The ids of all uncommitted blocks are eight digits.</param>
/// <param name="OtherSnapshots">The number of snapshots, without the one that is served.</param>
public sealed record BlobFootprint(long Largest, long Stored, long Uncommitted, bool AreBlocksNumbered, int OtherSnapshots);

/// <summary>
/// Blobs that are uploaded in blocks, and their snapshots. As in <see cref="BlobStore"/>, if a blob changed or was deleted
/// meanwhile, methods throw <see cref="RequestFailedException"/> with 412 or 404.
/// </summary>
public sealed class StagedBlobs(BlobStore blobs)
{
    /// <summary>The blob's blocks (Get Block List), or null if there are none.</summary>
    public async Task<StagedBlocks?> FindBlocks(string tenant, string name, CancellationToken cancel)
    {
        try
        {
            var answer = await Blob(tenant, name).GetBlockListAsync(BlockListTypes.All, cancellationToken: cancel);
            var committed = ToBlocks(answer.Value.CommittedBlocks);
            var etag = committed.Count > 0 ? answer.GetRawResponse().Headers.ETag : null;
            return new StagedBlocks(committed, ToBlocks(answer.Value.UncommittedBlocks), etag);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Uploads a block (Put Block). Storage verifies its MD5.</summary>
    public Task Stage(string tenant, string name, string blockId, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var checkedOnArrival = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };
        return Blob(tenant, name).StageBlockAsync(blockId, BinaryData.FromBytes(bytes).ToStream(),
            new BlockBlobStageBlockOptions { TransferValidation = checkedOnArrival }, cancel);
    }

    /// <summary>
    /// Makes the blob of these blocks (Put Block List; of blocks with the same id the newest) and returns its new ETag. Until
    /// this moment a block can be sent again with another size, so only the committed blob says what it is made of.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The blob.</param>
    /// <param name="blockIds">The blocks, in order.</param>
    /// <param name="headers">The blob's headers.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="conditions">Conditions on the blob; it is a 412 if they fail.</param>
    public async Task<ETag> Commit(
        string tenant, string name, IEnumerable<string> blockIds, BlobHttpHeaders headers, CancellationToken cancel,
        BlobRequestConditions? conditions = null)
    {
        try
        {
            var options = new CommitBlockListOptions { HttpHeaders = headers, Conditions = conditions };
            return (await Blob(tenant, name).CommitBlockListAsync(blockIds, options, cancel)).Value.ETag;
        }
        catch (RequestFailedException gone) when (gone.ErrorCode == BlobErrorCode.InvalidBlockList)
        {
            throw new RequestFailedException(412, "A block is gone.", gone);
        }
    }

    /// <summary>
    /// Drops uncommitted blocks, which storage would keep for a week, by writing an empty blob. The caller deletes that blob.
    /// </summary>
    public Task DropBlocks(string tenant, string name, CancellationToken cancel) => blobs.Force(
        tenant, name, () => Blob(tenant, name).UploadAsync(Stream.Null, new BlobUploadOptions(), cancel), cancel);

    /// <summary>Takes a snapshot if the blob still has this ETag. Returns the snapshot's id, which is its time.</summary>
    public async Task<string> TakeSnapshot(string tenant, string name, ETag etag, CancellationToken cancel)
    {
        var conditions = new BlobRequestConditions { IfMatch = etag };
        return (await Blob(tenant, name).CreateSnapshotAsync(conditions: conditions, cancellationToken: cancel)).Value.Snapshot;
    }

    /// <summary>
    /// Opens a snapshot: its size, and its first <paramref name="length"/> bytes or all. The stream buffers only a few kilobytes.
    /// </summary>
    public async Task<(long Size, Stream Bytes)> Open(string tenant, string name, string snapshot, long? length, CancellationToken cancel)
    {
        var range = new HttpRange(0, length);
        var blob = Blob(tenant, name).WithSnapshot(snapshot);
        var download = (await blob.DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancel)).Value;
        var size = length is null ? download.Details.ContentLength : ContentRangeHeaderValue.Parse(download.Details.ContentRange).Length;
        return (size ?? -1, download.Content);
    }

    /// <summary>Deletes one snapshot. One that is gone already is no error.</summary>
    public Task DeleteSnapshot(string tenant, string name, string snapshot, CancellationToken cancel) =>
        Blob(tenant, name).WithSnapshot(snapshot).DeleteIfExistsAsync(cancellationToken: cancel);

    /// <summary>
    /// Keeps only this snapshot. Every other snapshot is deleted. If the blob was written after the snapshot was taken, it is
    /// emptied; it can't be deleted while it has a snapshot.
    /// </summary>
    public async Task KeepOnly(string tenant, string name, string snapshot, CancellationToken cancel)
    {
        BlobItem? root = null, kept = null;
        await foreach (var item in blobs.Container(tenant).GetBlobsAsync(BlobTraits.None, BlobStates.Snapshots, name, cancel))
        {
            if (item.Name != name) continue;
            if (item.Snapshot is null) root = item;
            else if (item.Snapshot == snapshot) kept = item;
            else await DeleteSnapshot(tenant, name, item.Snapshot, cancel);
        }
        if (kept is null || root is null || root.Properties.ETag == kept.Properties.ETag) return;
        await DropBlocks(tenant, name, cancel);
    }

    /// <summary>Measures what storage holds under the name, without the snapshot that is served.</summary>
    public async Task<BlobFootprint> Measure(string tenant, string name, string? served, CancellationToken cancel)
    {
        var items = new List<BlobItem>();
        try
        {
            await foreach (var item in blobs.Container(tenant).GetBlobsAsync(BlobTraits.None, BlobStates.Snapshots, name, cancel))
                if (item.Name == name) items.Add(item);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return new BlobFootprint(0, 0, 0, true, 0);
        }
        var kept = served is null ? null : items.Find(item => item.Snapshot == served)?.Properties.ETag;
        var sizes = items.Where(item => item.Properties.ETag != kept).DistinctBy(item => item.Properties.ETag)
            .Select(item => item.Properties.ContentLength ?? 0).ToList();
        var uncommitted = (await FindUncommitted(tenant, name, cancel))?.Uncommitted ?? [];
        return new BlobFootprint(
            sizes.Count == 0 ? 0 : sizes.Max(),
            sizes.Sum(),
            uncommitted.Sum(block => block.Size),
            uncommitted.All(block => IsNumbered(block.Id)),
            items.Count(item => item.Snapshot is not null && item.Snapshot != served));
    }

    async Task<StagedBlocks?> FindUncommitted(string tenant, string name, CancellationToken cancel)
    {
        try
        {
            return await FindBlocks(tenant, name, cancel);
        }
        catch (RequestFailedException other) when (other.Status is 400 or 409)
        {
            return null; // Not a block blob, or encrypted with a key of the client's.
        }
    }

    static bool IsNumbered(string id)
    {
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(id, bytes, out var length)
            && length == 8
            && !bytes[..length].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    BlockBlobClient Blob(string tenant, string name) => blobs.Container(tenant).GetBlockBlobClient(name);

    static List<Block> ToBlocks(IEnumerable<BlobBlock> blocks) => [.. blocks.Select(block => new Block(block.Name, block.SizeLong))];
}
