using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// An upload with one PUT, to a blob that the client can create but never overwrite. So what was checked is what is served.
/// </summary>
public sealed class SingleUpload(BlobStore blobs, UploadCheck check)
{
    /// <summary>
    /// Checks the blob and seals it with the server's headers. Every step depends on the same ETag: if the blob changes or is
    /// deleted meanwhile, it throws <see cref="RequestFailedException"/> with 412 or 404.
    /// </summary>
    /// <exception cref="Problem">409 <c>upload_missing</c>, <c>upload_unfinished</c>.</exception>
    /// <exception cref="RefusedUpload">422 with a code for what is wrong with the bytes.</exception>
    public async Task<VerifiedUpload> Verify(FileRecord file, CancellationToken cancel)
    {
        var (blob, opened) = await Open(file, cancel);
        await using var bytes = opened;
        try
        {
            if (UploadCheck.CheckProperties(file, blob) is { } refused) throw refused;
            var verified = await check.CheckBytes(file, bytes, cancel);
            var headers = check.Headers(file with { ContentType = verified.ContentType }, blob.Headers.ContentHash);
            var sealedAs = check.Seals ? await blobs.SetFinalHeaders(file.Tenant, file.BlobName, blob, headers, cancel) : blob.ETag;
            return verified with { ETags = [blob.ETag, sealedAs] };
        }
        catch (Problem wrong)
        {
            throw new RefusedUpload(wrong);
        }
    }

    // What a GET says of the blob need not be asked for by a HEAD. Why bytes can't be read only the HEAD says.
    async Task<(UploadedBlob Blob, Stream Bytes)> Open(FileRecord file, CancellationToken cancel)
    {
        // No range of an empty blob can be read.
        if (file.Size == 0) return (await FindBlob(blobs, file, cancel) ?? throw Missing(), Stream.Null);
        try
        {
            var (blob, bytes) = await blobs.OpenUpload(file.Tenant, file.BlobName, check.NeededBytes(file), cancel) ?? throw Missing();
            if (blob.CopyStatus != CopyStatus.Pending) return (blob, bytes);
            await bytes.DisposeAsync();
            throw Unfinished();
        }
        catch (RequestFailedException unreadable) when (unreadable.Status is 409 or 416)
        {
            var blob = await FindBlob(blobs, file, cancel) ?? throw Missing();
            if (UploadCheck.CheckProperties(file, blob) is { } refused) throw new RefusedUpload(refused);
            throw;
        }
    }

    /// <summary>The properties of the uploaded blob, or null if nothing was uploaded.</summary>
    /// <exception cref="Problem">409 <c>upload_unfinished</c>.</exception>
    /// <exception cref="RefusedUpload">422 <c>upload_unreadable</c>.</exception>
    internal static async Task<UploadedBlob?> FindBlob(BlobStore blobs, FileRecord file, CancellationToken cancel)
    {
        try
        {
            var blob = await blobs.Find(file.Tenant, file.BlobName, cancel);
            if (blob is null) return null;
            return blob.BlobCopyStatus != CopyStatus.Pending ? UploadedBlob.Of(blob) : throw Unfinished();
        }
        catch (RequestFailedException failed) when (failed.ErrorCode == BlobErrorCode.BlobUsesCustomerSpecifiedEncryption)
        {
            throw new RefusedUpload(UploadCheck.Unreadable());
        }
    }

    /// <summary>409 <c>upload_missing</c>.</summary>
    internal static Problem Missing() => Problem.Conflict("upload_missing", "No bytes have been uploaded for this file.");

    static Problem Unfinished() => Problem.Conflict("upload_unfinished", "Storage is still copying the bytes. Try again later.");
}
