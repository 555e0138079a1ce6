using System.Net.Http.Headers;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Latchkey.Storage;

/// <summary>A block that has arrived.</summary>
/// <param name="Id">As the client named it, base64.</param>
/// <param name="Size">Bytes.</param>
public sealed record Block(string Id, long Size);

/// <summary>What storage holds of a blob that comes in blocks.</summary>
/// <param name="Committed">The blocks that the blob is made of, in order.</param>
/// <param name="Uncommitted">Blocks that wait for a list; storage keeps them for a week after the last.</param>
/// <param name="ETag">The blob's, or null while there are only blocks.</param>
public sealed record StagedBlocks(IReadOnlyList<Block> Committed, IReadOnlyList<Block> Uncommitted, ETag? ETag = null);

/// <summary>How much storage holds under a blob's name, in bytes.</summary>
/// <param name="Largest">The largest of the blob and its snapshots.</param>
/// <param name="Stored">The blob and its snapshots; what is the same counts once.</param>
/// <param name="Uncommitted">Blocks that no list has used.</param>
/// <param name="AreBlocksNumbered">All of those have names of eight digits.</param>
/// <param name="OtherSnapshots">How many snapshots there are besides the one that is served.</param>
public sealed record BlobFootprint(long Largest, long Stored, long Uncommitted, bool AreBlocksNumbered, int OtherSnapshots);

/// <summary>
/// Blobs that come in blocks, and their snapshots. As with <see cref="BlobStore"/>, what changed or went away meanwhile
/// is a <see cref="RequestFailedException"/> with 412 or 404.
/// </summary>
public sealed class StagedBlobs(BlobStore blobs)
{
    /// <summary>The blocks (Get Block List), or null if there is neither a blob nor a block.</summary>
    public async Task<StagedBlocks?> Find(string tenant, string name, CancellationToken cancel)
    {
        try
        {
            var answer = await Blob(tenant, name).GetBlockListAsync(BlockListTypes.All, cancellationToken: cancel);
            var committed = Convert(answer.Value.CommittedBlocks);
            return new StagedBlocks(committed, Convert(answer.Value.UncommittedBlocks), committed.Count > 0 ? answer.GetRawResponse().Headers.ETag : null);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Adds a block (Put Block); storage checks its MD5 on arrival.</summary>
    public Task Stage(string tenant, string name, string blockId, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var checkedOnArrival = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };
        return Blob(tenant, name).StageBlockAsync(blockId, BinaryData.FromBytes(bytes).ToStream(),
            new BlockBlobStageBlockOptions { TransferValidation = checkedOnArrival }, cancel);
    }

    /// <summary>
    /// Makes the blob of these blocks (Put Block List, the newest of each id); its new ETag. A block may be sent again
    /// up to this moment, and with another size: only the blob tells what it is made of.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The blob.</param>
    /// <param name="blockIds">The blocks, in order.</param>
    /// <param name="headers">The blob's headers.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="conditions">What must be true of the blob; a 412 if it is not.</param>
    public async Task<ETag> Commit(string tenant, string name, IEnumerable<string> blockIds, BlobHttpHeaders headers, CancellationToken cancel,
        BlobRequestConditions? conditions = null)
    {
        try
        {
            var options = new CommitBlockListOptions { HttpHeaders = headers, Conditions = conditions };
            return (await Blob(tenant, name).CommitBlockListAsync(blockIds, options, cancel)).Value.ETag;
        }
        catch (RequestFailedException gone) when (gone.ErrorCode == BlobErrorCode.InvalidBlockList)
        {
            throw new RequestFailedException(412, "A block went away meanwhile.", gone);
        }
    }

    /// <summary>Frees the room of blocks that nothing was made of; otherwise storage keeps them for a week. Then delete the blob.</summary>
    public Task DropBlocks(string tenant, string name, CancellationToken cancel) => blobs.Force(
        tenant, name, () => Blob(tenant, name).UploadAsync(Stream.Null, new BlobUploadOptions(), cancel), cancel);

    /// <summary>Takes a snapshot if the blob still has this ETag; the snapshot's id, which is its time.</summary>
    public async Task<string> TakeSnapshot(string tenant, string name, ETag etag, CancellationToken cancel)
    {
        var conditions = new BlobRequestConditions { IfMatch = etag };
        return (await Blob(tenant, name).CreateSnapshotAsync(conditions: conditions, cancellationToken: cancel)).Value.Snapshot;
    }

    /// <summary>
    /// A snapshot's size and its bytes, as a stream that holds a few kilobytes at a time; so many from the start, or all.
    /// </summary>
    public async Task<(long Size, Stream Bytes)> Open(string tenant, string name, string snapshot, long? length, CancellationToken cancel)
    {
        var range = new HttpRange(0, length);
        var blob = Blob(tenant, name).WithSnapshot(snapshot);
        var download = (await blob.DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancel)).Value;
        var size = length is null ? download.Details.ContentLength : ContentRangeHeaderValue.Parse(download.Details.ContentRange).Length;
        return (size ?? -1, download.Content);
    }

    /// <summary>Deletes one snapshot; that it is gone already is as good.</summary>
    public Task DeleteSnapshot(string tenant, string name, string snapshot, CancellationToken cancel) =>
        Blob(tenant, name).WithSnapshot(snapshot).DeleteIfExistsAsync(cancellationToken: cancel);

    /// <summary>
    /// Leaves of the blob nothing but this snapshot: every other one is deleted, and if the blob was written to after it
    /// an empty one takes its place (it can't be deleted while it has a snapshot).
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

    /// <summary>How much is there, besides the snapshot that is served.</summary>
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
        var waiting = (await FindUncommitted(tenant, name, cancel))?.Uncommitted ?? [];
        return new BlobFootprint(sizes.Count == 0 ? 0 : sizes.Max(), sizes.Sum(), waiting.Sum(block => block.Size), waiting.All(block => IsNumbered(block.Id)),
            items.Count(item => item.Snapshot is not null && item.Snapshot != served));
    }

    async Task<StagedBlocks?> FindUncommitted(string tenant, string name, CancellationToken cancel)
    {
        try
        {
            return await Find(tenant, name, cancel);
        }
        catch (RequestFailedException other) when (other.Status is 400 or 409)
        {
            return null; // No block blob, or under a key that is not ours.
        }
    }

    static bool IsNumbered(string id)
    {
        Span<byte> bytes = stackalloc byte[64];
        return System.Convert.TryFromBase64String(id, bytes, out var length) && length == 8 && bytes[..length].ContainsAnyExceptInRange((byte)'0', (byte)'9') is false;
    }

    BlockBlobClient Blob(string tenant, string name) => blobs.Container(tenant).GetBlockBlobClient(name);

    static List<Block> Convert(IEnumerable<BlobBlock> blocks) => [.. blocks.Select(block => new Block(block.Name, block.SizeLong))];
}
