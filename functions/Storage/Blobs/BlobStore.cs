using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Latchkey.Storage;

/// <summary>
/// The bytes of files. Each tenant has one private container, and a blob's name is its file's id. If a blob changed or was
/// deleted since it was read, methods throw <see cref="RequestFailedException"/> with 412 or 404.
/// </summary>
public sealed partial class BlobStore(StorageClients storage)
{
    readonly ConcurrentDictionary<string, bool> knownContainers = new(StringComparer.Ordinal);

    /// <summary>
    /// Creates the tenant's container if needed, because the holder of an upload URL can't. It costs one request per process
    /// and tenant.
    /// </summary>
    public async Task EnsureContainer(string tenant, CancellationToken cancel)
    {
        if (knownContainers.ContainsKey(tenant)) return;
        await Container(tenant).CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancel);
        knownContainers[tenant] = true;
    }

    /// <summary>
    /// Seals an uploaded blob: gives it exactly these headers and no metadata, if it still has the ETag that was seen. What
    /// is right already is not written again, so of two concurrent callers the second has nothing left to do. Returns the
    /// blob's new ETag.
    /// </summary>
    public async Task<ETag> SetFinalHeaders(string tenant, string name, UploadedBlob seen, BlobHttpHeaders headers,
        CancellationToken cancel)
    {
        var (blob, etag) = (Blob(tenant, name), seen.ETag);
        if (!HasHeaders(seen.Headers, headers)) etag = (await blob.SetHttpHeadersAsync(headers, Unchanged(etag), cancel)).Value.ETag;
        if (seen.Metadata.Count > 0) etag = (await blob.SetMetadataAsync(null, Unchanged(etag), cancel)).Value.ETag;
        return etag;
    }

    /// <summary>Deletes the blob and its snapshots, even under a lease. A blob that is gone already is no error.</summary>
    public Task Delete(string tenant, string name, CancellationToken cancel) => Force(tenant, name,
        () => Blob(tenant, name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancel), cancel);

    /// <summary>
    /// Writes to a blob even if a lease or a pending copy blocks it. An upload URL can start either (Lease Blob, Copy Blob),
    /// and that must not keep a file, a user or a tenant from being removed.
    /// </summary>
    internal async Task Force(string tenant, string name, Func<Task> write, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await write();
                return;
            }
            catch (RequestFailedException held) when (attempt < 2 && held.ErrorCode == BlobErrorCode.LeaseIdMissing)
            {
                await BreakLease(tenant, name, cancel);
            }
            catch (RequestFailedException held) when (attempt < 2 && held.ErrorCode == BlobErrorCode.PendingCopyOperation)
            {
                await AbortCopy(tenant, name, cancel);
            }
        }
    }

    async Task BreakLease(string tenant, string name, CancellationToken cancel)
    {
        try
        {
            await Blob(tenant, name).GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: cancel);
        }
        catch (RequestFailedException ended) when (ended.Status is 404 or 409)
        {
            // It ended in the meantime.
        }
    }

    /// <summary>
    /// Starts a copy by storage from the URL into a new blob (Copy Blob). If the blob exists already, somebody has started
    /// the same copy, which is as good. False if the URL serves nothing.
    /// </summary>
    public async Task<bool> TryStartCopy(string tenant, string name, Uri source, CancellationToken cancel)
    {
        var isNew = new BlobRequestConditions { IfNoneMatch = ETag.All };
        try
        {
            await Blob(tenant, name).StartCopyFromUriAsync(source, new BlobCopyFromUriOptions { DestinationConditions = isNew }, cancel);
            return true;
        }
        catch (RequestFailedException failed) when (failed.Status is 404 or 409 or 412)
        {
            return failed.Status != 404;
        }
    }

    /// <summary>Aborts a pending copy, without which the blob can't be deleted.</summary>
    public async Task AbortCopy(string tenant, string name, CancellationToken cancel)
    {
        if (await Find(tenant, name, cancel) is not { BlobCopyStatus: CopyStatus.Pending } blob) return;
        try
        {
            await Blob(tenant, name).AbortCopyFromUriAsync(blob.CopyId, cancellationToken: cancel);
        }
        catch (RequestFailedException done) when (done.Status is 404 or 409)
        {
            // It ended in the meantime.
        }
    }

    /// <summary>A page of a tenant's blobs, and the continuation of the next page or null. Uncommitted blocks are not listed.</summary>
    public async Task<(IReadOnlyList<BlobItem> Blobs, string? Next)> Page(
        string tenant, string? continuation, int size, CancellationToken cancel)
    {
        try
        {
            var pages = Container(tenant).GetBlobsAsync(cancellationToken: cancel).AsPages(continuation, size);
            await foreach (var page in pages.WithCancellation(cancel))
                return (page.Values, string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was ever uploaded.
        }
        return ([], null);
    }

    /// <summary>The origin of all blob URLs: scheme, host and port.</summary>
    public string Origin => storage.Blobs.Uri.GetLeftPart(UriPartial.Authority);

    /// <summary>The address of the account, without a slash at its end: before those of all blobs.</summary>
    public string AccountUri => storage.Blobs.Uri.AbsoluteUri.TrimEnd('/');

    /// <summary>The client for one blob.</summary>
    internal BlobClient Blob(string tenant, string name) => Container(tenant).GetBlobClient(name);

    /// <summary>The client for a tenant's container.</summary>
    internal BlobContainerClient Container(string tenant) => storage.Blobs.GetBlobContainerClient(ContainerOf(tenant));

    /// <summary>The name of a tenant's container.</summary>
    public static string ContainerOf(string tenant) => $"files-{tenant}";

    static BlobRequestConditions Unchanged(ETag etag) => new() { IfMatch = etag };

    static bool HasHeaders(BlobHttpHeaders seen, BlobHttpHeaders headers) =>
        AreEqual(seen.ContentType, headers.ContentType) && AreEqual(seen.ContentDisposition, headers.ContentDisposition)
        && AreEqual(seen.ContentEncoding, headers.ContentEncoding) && AreEqual(seen.ContentLanguage, headers.ContentLanguage)
        && AreEqual(seen.CacheControl, headers.CacheControl)
        && (seen.ContentHash ?? []).AsSpan().SequenceEqual(headers.ContentHash ?? []);

    static bool AreEqual(string? one, string? other) => string.Equals(one ?? "", other ?? "", StringComparison.Ordinal);
}
