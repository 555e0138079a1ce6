using Azure;
using Azure.Storage.Blobs.Models;

namespace Latchkey.Storage;

// Reads bytes, and what they are.
public sealed partial class BlobStore
{
    /// <summary>The properties of the blob, or of a snapshot of it, or null if it does not exist.</summary>
    public async Task<BlobProperties?> Find(string tenant, string name, CancellationToken cancel, string? snapshot = null)
    {
        try
        {
            return await Blob(tenant, name).WithSnapshot(snapshot).GetPropertiesAsync(cancellationToken: cancel);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            if (missing.ErrorCode == BlobErrorCode.ContainerNotFound) knownContainers.TryRemove(tenant, out _);
            return null;
        }
    }

    /// <summary>Opens an uploaded blob and says what it is, all by one request; null if it does not exist.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The blob.</param>
    /// <param name="length">How many bytes to read from the start, or null for all. There must be some.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<(UploadedBlob Blob, Stream Bytes)?> OpenUpload(
        string tenant, string name, long? length, CancellationToken cancel)
    {
        try
        {
            var got = (await Blob(tenant, name).DownloadStreamingAsync(
                new BlobDownloadOptions { Range = new HttpRange(0, length) }, cancel)).Value;
            return (UploadedBlob.Of(got.Details), got.Content);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            if (missing.ErrorCode == BlobErrorCode.ContainerNotFound) knownContainers.TryRemove(tenant, out _);
            return null;
        }
    }

    /// <summary>Opens the blob if it still has this ETag. The stream buffers only a few kilobytes.</summary>
    public async Task<Stream> Open(string tenant, string name, ETag etag, CancellationToken cancel) =>
        (await Blob(tenant, name).DownloadStreamingAsync(new BlobDownloadOptions { Conditions = Unchanged(etag) }, cancel)).Value.Content;

    /// <summary>Opens a blob, or its snapshot, whose bytes never change again. The stream buffers only a few kilobytes.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The blob.</param>
    /// <param name="snapshot">Its snapshot; null for the blob itself.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="from">The first byte that is read.</param>
    public async Task<Stream> OpenServed(string tenant, string name, string? snapshot, CancellationToken cancel, long from = 0)
    {
        var options = from == 0 ? null : new BlobDownloadOptions { Range = new HttpRange(from) };
        return (await Blob(tenant, name).WithSnapshot(snapshot).DownloadStreamingAsync(options, cancel)).Value.Content;
    }
}
