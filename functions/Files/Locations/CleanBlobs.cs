using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>The blobs of an upload with pictures from which the place was erased: of each complete that got so far, one.</summary>
static class CleanBlobs
{
    /// <summary>Deletes them but the one that is served.</summary>
    /// <param name="blobs">Where they are.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="content">The upload.</param>
    /// <param name="served">The name of that one, or null.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task DropOthers(BlobStore blobs, string tenant, string content, string? served, CancellationToken cancel)
    {
        try
        {
            var all = blobs.Container(tenant).GetBlobsAsync(
                BlobTraits.None, BlobStates.None, FileRecord.CleanBlobNamesOf(content), cancel);
            await foreach (var blob in all)
                if (blob.Name != served) await blobs.Delete(tenant, blob.Name, cancel);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was ever uploaded.
        }
    }
}
