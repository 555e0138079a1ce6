using System.Buffers;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What the check of an upload verified.</summary>
/// <param name="Md5">True if the bytes were read and have the declared MD5.</param>
/// <param name="Sha256">True if the bytes were read and have the declared SHA-256.</param>
/// <param name="ContentType">The media type under which they are served.</param>
/// <param name="Snapshot">The snapshot that was checked, or null for the blob itself.</param>
public sealed record VerifiedUpload(bool Md5, bool Sha256, string ContentType, string? Snapshot = null)
{
    /// <summary>The ETags that the blob had with these bytes: as it was uploaded, and as it is now.</summary>
    public IReadOnlyList<ETag> ETags { get; init; } = [];

    /// <summary>True if the bytes are a picture, whatever they were declared to be.</summary>
    public bool IsPicture { get; init; }

    /// <summary>What is served instead, because a location was erased; otherwise null.</summary>
    public CleanBytes? Clean { get; init; }
}

/// <summary>The uploaded bytes are not the declared file, which ends the upload.</summary>
/// <param name="problem">What is wrong.</param>
public sealed class RefusedUpload(Problem problem) : Exception(problem.Message)
{
    /// <summary>The response for the caller.</summary>
    public Problem Problem { get; } = problem;
}

/// <summary>
/// Checks whether the uploaded bytes are the declared file. A SAS limits neither size nor type, so everything that was declared is
/// verified here.
/// </summary>
public sealed class UploadCheck(TenantStore tenants, Settings settings)
{
    const int BufferBytes = 128 * 1024;
    const int HeadBytes = 64 * 1024; // A tag or an empty box may come before what identifies the type.
    const int FormBytes = 1024;

    /// <summary>What is wrong with the blob's properties, or null.</summary>
    public static Problem? CheckProperties(FileRecord file, UploadedBlob blob)
    {
        if (blob.BlobType != BlobType.Block)
            return Refused("not_a_block_blob", "The file was not uploaded as a block blob (x-ms-blob-type).");
        if (blob.EncryptionKeySha256 is not null) return Unreadable();
        if (blob.AccessTier == AccessTier.Archive.ToString())
            return Refused("upload_archived", "The file was uploaded to the archive tier, which can't be served.");
        if (MediaType.IsForm(blob.Headers.ContentType)) return MultipartForm();
        var (declared, actual) = (file.Size, blob.ContentLength);
        return declared == actual ? null : WrongSize(declared, actual);
    }

    /// <summary>
    /// True if a blob gets headers once it is checked. Not where Defender scans: that changes the ETag, by which its results name the
    /// bytes, and one that was forgotten by a crash in between would never be known again. URLs bring the headers that matter.
    /// </summary>
    public bool Seals => settings.Scan.Mode != ScanMode.Defender;

    /// <summary>The headers that a blob gets once it is checked.</summary>
    /// <param name="file">The file.</param>
    /// <param name="contentMd5">The Content-MD5 that the blob has now, or null.</param>
    public BlobHttpHeaders Headers(FileRecord file, byte[]? contentMd5) =>
        HeadersOf(file, file.Md5 is null || !IsWithinVerifyBytes(file) ? contentMd5 : Convert.FromBase64String(file.Md5));

    /// <summary>The headers that a file's blob has once it is available.</summary>
    public static BlobHttpHeaders HeadersOf(FileRecord file, byte[]? contentMd5) => new()
    {
        ContentType = file.ContentType,
        ContentDisposition = ContentDisposition.Attachment,
        ContentHash = contentMd5,
    };

    /// <summary>How many bytes from the start the check reads, or null for all.</summary>
    public long? NeededBytes(FileRecord file) => MustBeHashed(file) ? null : HeadBytes;

    /// <summary>
    /// Checks the first bytes for their type, and all bytes if a hash was declared and the file is not too large. The blob's own
    /// Content-MD5 proves nothing: Put Blob verifies it, but the upload URL can also copy another blob, and a copy takes over its
    /// source's Content-MD5 unverified.
    /// </summary>
    /// <exception cref="Problem">422 with a code for what is wrong.</exception>
    public async Task<VerifiedUpload> CheckBytes(FileRecord file, Stream bytes, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            return await CheckBytes(file, bytes, buffer, cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    async Task<VerifiedUpload> CheckBytes(FileRecord file, Stream bytes, byte[] buffer, CancellationToken cancel)
    {
        var read = await bytes.ReadAtLeastAsync(buffer, HeadBytes, throwOnEndOfStream: false, cancel);
        var head = buffer.AsMemory(0, Math.Min(read, HeadBytes));
        if (MultipartBody.Starts(head.Span[..Math.Min(head.Length, FormBytes)])) throw MultipartForm();
        var type = ContentTypeCheck.Compare(file.ContentType, head.Span);
        if (type.StoredType is not { } stored) throw WrongType(file, type.ActualType);
        if (!MayBeStored(await tenants.Find(file.Tenant, cancel), type)) throw ForbiddenType(file, type.ActualType);
        var isPicture = IsPicture(stored) || IsPicture(type.ActualType);
        if (!MustBeHashed(file)) return new VerifiedUpload(false, false, stored) { IsPicture = isPicture };
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (read > 0)
        {
            md5.AppendData(buffer, 0, read);
            sha256.AppendData(buffer, 0, read);
            read = await bytes.ReadAsync(buffer, cancel);
        }
        return new VerifiedUpload(
            Matches("md5", file.Md5, Convert.ToBase64String(md5.GetHashAndReset())),
            Matches("sha256", file.Sha256, Convert.ToHexStringLower(sha256.GetHashAndReset())),
            stored)
        { IsPicture = isPicture };
    }

    /// <summary>True if bytes of this type are a picture.</summary>
    public static bool IsPicture(string type) => type.StartsWith("image/", StringComparison.OrdinalIgnoreCase);

    /// <summary>422 <c>size_mismatch</c>.</summary>
    public static Problem WrongSize(long declared, long actual) =>
        Refused("size_mismatch", $"The declared size is {declared} bytes, but {actual} were uploaded.", declared, actual);

    /// <summary>422 <c>upload_unreadable</c>: the client encrypted the blob with its own key (customer-provided keys).</summary>
    public static Problem Unreadable() =>
        Refused("upload_unreadable", "The file was encrypted with the client's own key, so the service can't read it.");

    bool MustBeHashed(FileRecord file) => (file.Md5 ?? file.Sha256) is not null && IsWithinVerifyBytes(file);

    bool IsWithinVerifyBytes(FileRecord file) => file.Size <= settings.VerifyBytes;

    // A tenant that allows bytes of unknown type allows all types.
    static bool MayBeStored(Tenant? tenant, TypeVerdict type) => tenant is not null
        && (ContentTypeCheck.IsAllowed(tenant.Limits, type.ActualType)
            || ContentTypeCheck.IsAllowed(tenant.Limits, MediaNames.OctetStream));

    static bool Matches(string what, string? declared, string actual)
    {
        if (declared is null) return false;
        if (declared == actual) return true;
        throw Refused($"{what}_mismatch", $"The uploaded bytes don't have the declared {what}.", declared, actual);
    }

    static Problem WrongType(FileRecord file, string recognized) => Refused("type_mismatch",
        $"The declared type is {file.ContentType}, but the bytes are {recognized}.", file.ContentType, recognized);

    static Problem ForbiddenType(FileRecord file, string recognized) => Refused("type_mismatch",
        $"The bytes are {recognized}, a type that this tenant does not allow.", file.ContentType, recognized);

    static Problem MultipartForm() => Refused("multipart_body",
        "The uploaded bytes are a multipart form. Send the file's own bytes as the body, with the headers of the upload.");

    static Problem Refused(string code, string detail, object? declared = null, object? actual = null) => new(422, code, detail)
    {
        Extensions = declared is null ? null : new Dictionary<string, object?> { ["declared"] = declared, ["actual"] = actual },
    };
}
