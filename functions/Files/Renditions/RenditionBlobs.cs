using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>The blobs of renditions, beside the bytes of which they were made: <c>{version}.{size}</c>.</summary>
public sealed class RenditionBlobs(BlobStore blobs)
{
    /// <summary>The bytes of a file that were checked; null if they are gone, or are not as many as they were.</summary>
    internal async Task<byte[]?> ReadSource(FileRecord file, CancellationToken cancel)
    {
        try
        {
            var blob = blobs.Blob(file.Tenant, file.BlobName).WithSnapshot(file.Snapshot);
            using var download = (await blob.DownloadStreamingAsync(cancellationToken: cancel)).Value;
            if (download.Details.ContentLength != file.Size) return null;
            var bytes = new byte[file.Size];
            await download.Content.ReadExactlyAsync(bytes, cancel);
            return bytes;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Writes a rendition. Whoever makes it again writes the same.</summary>
    internal Task Write(FileRecord file, Rendition rendition, CancellationToken cancel) =>
        blobs.Blob(file.Tenant, Thumbnails.BlobName(file.Content, rendition.Size)).UploadAsync(BinaryData.FromBytes(rendition.Bytes),
            new BlobUploadOptions { HttpHeaders = new() { ContentType = Thumbnails.ContentType } }, cancel);

    /// <summary>Deletes all renditions that a file may have, also those that its record does not know of.</summary>
    internal Task DeleteAll(FileRecord file, CancellationToken cancel) => !Thumbnails.Has(file.ContentType) ? Task.CompletedTask
        : Task.WhenAll(Thumbnails.Sizes.Select(size => blobs.Delete(file.Tenant, Thumbnails.BlobName(file.Content, size), cancel)));
}
