using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// A file that comes with one PUT, to a blob that the client may create and never overwrite: what was checked is what
/// is served. What fails is deleted, but only what was looked at: the client may send the bytes again while its URL
/// lives.
/// </summary>
public sealed class SingleUpload(BlobStore blobs, UploadCheck check)
{
    /// <summary>
    /// Checks the blob and makes its headers the server's own. All of it is bound to one ETag; a blob that changes or
    /// goes meanwhile ends in a <see cref="RequestFailedException"/> with 412 or 404.
    /// </summary>
    /// <exception cref="Problem">409 <c>upload_missing</c>, <c>upload_unfinished</c>; 422 and a code for what is wrong with it.</exception>
    public async Task<Verified> Pass(FileRecord file, CancellationToken cancel)
    {
        var blob = await Arrived(blobs, file, cancel) ?? throw Missing();
        try
        {
            if (UploadCheck.OfProperties(file, blob) is { } refused) throw refused;
            await using var bytes = await blobs.Open(file.Tenant, file.BlobName, blob.ETag, check.NeededBytes(file), cancel);
            var verified = await check.OfBytes(file, bytes, cancel);
            await blobs.Seal(file.Tenant, file.BlobName, blob, check.Headers(file, blob.ContentHash), cancel);
            return verified;
        }
        catch (Problem)
        {
            await blobs.DeleteUnchanged(file.Tenant, file.BlobName, blob.ETag, cancel);
            throw;
        }
    }

    /// <summary>The properties of what was uploaded, or null if nothing is there.</summary>
    /// <exception cref="Problem">409 <c>upload_unfinished</c>, 422 <c>upload_unreadable</c>.</exception>
    internal static async Task<BlobProperties?> Arrived(BlobStore blobs, FileRecord file, CancellationToken cancel)
    {
        try
        {
            var blob = await blobs.Find(file.Tenant, file.BlobName, cancel);
            return blob?.BlobCopyStatus != CopyStatus.Pending
                ? blob
                : throw Problem.Conflict("upload_unfinished", "Storage is still copying the bytes; try again later.");
        }
        catch (RequestFailedException failed) when (failed.ErrorCode == BlobErrorCode.BlobUsesCustomerSpecifiedEncryption)
        {
            throw UploadCheck.Unreadable(); // Not deleted: without its properties there is no ETag to bind the deletion to.
        }
    }

    /// <summary>409: nothing is there.</summary>
    internal static Problem Missing() => Problem.Conflict("upload_missing", "No bytes have been uploaded for this file.");
}
