using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Decides whether what was uploaded is the file that was declared. A SAS limits neither size nor type, so this is
/// where everything is held to its word. What fails is deleted, but only what was looked at: the client may send the
/// bytes again while its URL lives.
/// </summary>
public sealed class UploadCheck(BlobStore blobs)
{
    const int BufferBytes = 128 * 1024;

    /// <summary>
    /// Checks the blob and makes its headers the server's own. All of it is bound to one ETag; a blob that changes or
    /// goes meanwhile ends in a <see cref="RequestFailedException"/> with 412 or 404.
    /// </summary>
    /// <exception cref="Problem">409 <c>upload_missing</c>, <c>upload_unfinished</c>; 422 and a code for what is wrong with it.</exception>
    public async Task Pass(FileRecord file, CancellationToken cancel)
    {
        var blob = await Find(file, cancel) ?? throw Problem.Conflict("upload_missing", "No bytes have been uploaded for this file.");
        if (blob.BlobCopyStatus == CopyStatus.Pending)
            throw Problem.Conflict("upload_unfinished", "Storage is still copying the bytes; try again later.");
        var refused = OfProperties(file, blob) ?? await OfBytes(file, blob.ETag, cancel);
        if (refused is not null)
        {
            await blobs.DeleteUnchanged(file.Tenant, file.Id, blob.ETag, cancel);
            throw refused;
        }
        await blobs.Seal(file.Tenant, file.Id, blob, HeadersOf(file, blob), cancel);
    }

    /// <summary>The headers that a file's blob has once it is available.</summary>
    internal static BlobHttpHeaders HeadersOf(FileRecord file, BlobProperties blob) => new()
    {
        ContentType = file.ContentType,
        ContentDisposition = ContentDisposition.Attachment,
        ContentHash = file.Md5 is null ? blob.ContentHash : Convert.FromBase64String(file.Md5),
    };

    async Task<BlobProperties?> Find(FileRecord file, CancellationToken cancel)
    {
        try
        {
            return await blobs.Find(file.Tenant, file.Id, cancel);
        }
        catch (RequestFailedException failed) when (failed.ErrorCode == BlobErrorCode.BlobUsesCustomerSpecifiedEncryption)
        {
            throw Unreadable(); // Not deleted: without its properties there is no ETag to bind the deletion to.
        }
    }

    static Problem? OfProperties(FileRecord file, BlobProperties blob)
    {
        if (blob.BlobType != BlobType.Block)
            return Refused("not_a_block_blob", "The bytes were not uploaded as a block blob (x-ms-blob-type).");
        if (blob.EncryptionKeySha256 is not null) return Unreadable();
        if (blob.AccessTier == AccessTier.Archive.ToString())
            return Refused("upload_archived", "The bytes were uploaded into the archive tier, from which nothing can be served.");
        if (MediaType.IsMultipart(blob.ContentType)) return Multipart();
        var (declared, actual) = (file.Size, blob.ContentLength);
        return declared == actual
            ? null
            : Refused("size_mismatch", $"{declared} bytes were declared, {actual} were uploaded.", declared, actual);
    }

    /// <summary>
    /// Reads the start, or everything if a hash was declared. The blob's own Content-MD5 is no proof: Put Blob checks
    /// it, but a create-only URL also takes a copy of another blob, and a copy brings its source's property unchecked.
    /// </summary>
    async Task<Problem?> OfBytes(FileRecord file, ETag etag, CancellationToken cancel)
    {
        var hashed = file.Md5 is not null || file.Sha256 is not null;
        await using var bytes = await blobs.Open(file.Tenant, file.Id, etag, hashed ? null : MultipartBody.HeadBytes, cancel);
        var buffer = new byte[BufferBytes];
        var read = await bytes.ReadAtLeastAsync(buffer, MultipartBody.HeadBytes, throwOnEndOfStream: false, cancel);
        if (MultipartBody.Starts(buffer.AsSpan(0, Math.Min(read, MultipartBody.HeadBytes)))) return Multipart();
        if (!hashed) return null;
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (read > 0)
        {
            md5.AppendData(buffer, 0, read);
            sha256.AppendData(buffer, 0, read);
            read = await bytes.ReadAsync(buffer, cancel);
        }
        return Mismatch("md5", file.Md5, Convert.ToBase64String(md5.GetHashAndReset()))
            ?? Mismatch("sha256", file.Sha256, Convert.ToHexStringLower(sha256.GetHashAndReset()));
    }

    static Problem? Mismatch(string what, string? declared, string actual) => declared is null || declared == actual
        ? null
        : Refused($"{what}_mismatch", $"The {what} of the uploaded bytes is not the one that was declared.", declared, actual);

    static Problem Multipart() => Refused("multipart_body",
        "A multipart form was uploaded in place of the file: send the file's bytes as the body, with the headers of the upload.");

    static Problem Unreadable() => Refused("upload_unreadable", "The bytes were uploaded under a key that is not ours.");

    static Problem Refused(string code, string detail, object? declared = null, object? actual = null) => new(422, code, detail)
    {
        Extensions = declared is null ? null : new Dictionary<string, object?> { ["declared"] = declared, ["actual"] = actual },
    };
}
