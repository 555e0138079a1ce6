using System.Security.Cryptography;
using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What a check of an upload found to be true.</summary>
/// <param name="Md5">The bytes were read and have the declared MD5.</param>
/// <param name="Sha256">The bytes were read and have the declared SHA-256.</param>
/// <param name="ContentType">The type under which they are served.</param>
/// <param name="Snapshot">The snapshot that was checked, or null for the blob itself.</param>
public sealed record Verified(bool Md5, bool Sha256, string ContentType, string? Snapshot = null);

/// <summary>The bytes that were uploaded are not the file that was declared: the upload is over.</summary>
/// <param name="answer">What is wrong.</param>
public sealed class RefusedUpload(Problem answer) : Exception(answer.Message)
{
    /// <summary>What the caller is told.</summary>
    public Problem Problem { get; } = answer;
}

/// <summary>
/// Decides whether what was uploaded is the file that was declared. A SAS limits neither size nor type, so this is
/// where everything is held to its word.
/// </summary>
public sealed class UploadCheck(TenantStore tenants, Settings settings)
{
    const int BufferBytes = 128 * 1024;
    const int HeadBytes = 64 * 1024; // A tag or an empty box may stand before what tells the type.
    const int FormBytes = 1024;

    /// <summary>What is wrong with the blob by its properties, or null.</summary>
    public static Problem? CheckProperties(FileRecord file, BlobProperties blob)
    {
        if (blob.BlobType != BlobType.Block)
            return Refused("not_a_block_blob", "The bytes were not uploaded as a block blob (x-ms-blob-type).");
        if (blob.EncryptionKeySha256 is not null) return Unreadable();
        if (blob.AccessTier == AccessTier.Archive.ToString())
            return Refused("upload_archived", "The bytes were uploaded into the archive tier, from which nothing can be served.");
        if (MediaType.IsForm(blob.ContentType)) return MultipartForm();
        var (declared, actual) = (file.Size, blob.ContentLength);
        return declared == actual ? null : WrongSize(declared, actual);
    }

    /// <summary>The headers that a checked blob is to have.</summary>
    /// <param name="file">The file.</param>
    /// <param name="contentMd5">The Content-MD5 that the blob has now, or null.</param>
    public BlobHttpHeaders Headers(FileRecord file, byte[]? contentMd5) =>
        HeadersOf(file, file.Md5 is null || !IsVerified(file) ? contentMd5 : Convert.FromBase64String(file.Md5));

    /// <summary>The headers that a file's blob has once it is available.</summary>
    public static BlobHttpHeaders HeadersOf(FileRecord file, byte[]? contentMd5) => new()
    {
        ContentType = file.ContentType,
        ContentDisposition = ContentDisposition.Attachment,
        ContentHash = contentMd5,
    };

    /// <summary>How many bytes from the start a check has to read, or null for all.</summary>
    public long? NeededBytes(FileRecord file) => IsHashed(file) ? null : HeadBytes;

    /// <summary>
    /// Reads the start, or everything if a hash was declared and the file is not too large for it. The blob's own
    /// Content-MD5 is no proof: Put Blob checks it, but an upload URL also takes a copy of another blob, and a copy
    /// brings its source's property unchecked.
    /// </summary>
    /// <exception cref="Problem">422 and a code for what is wrong.</exception>
    public async Task<Verified> CheckBytes(FileRecord file, Stream bytes, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        var read = await bytes.ReadAtLeastAsync(buffer, HeadBytes, throwOnEndOfStream: false, cancel);
        var head = buffer.AsMemory(0, Math.Min(read, HeadBytes));
        if (MultipartBody.Starts(head.Span[..Math.Min(head.Length, FormBytes)])) throw MultipartForm();
        var type = TypeCheck.Of(file.ContentType, head.Span);
        if (type.StoredType is not { } stored) throw WrongType(file, type.ActualType);
        if (!MayBeStored(await tenants.Find(file.Tenant, cancel), type)) throw ForbiddenType(file, type.ActualType);
        if (!IsHashed(file)) return new Verified(false, false, stored);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (read > 0)
        {
            md5.AppendData(buffer, 0, read);
            sha256.AppendData(buffer, 0, read);
            read = await bytes.ReadAsync(buffer, cancel);
        }
        return new Verified(
            Matches("md5", file.Md5, Convert.ToBase64String(md5.GetHashAndReset())),
            Matches("sha256", file.Sha256, Convert.ToHexStringLower(sha256.GetHashAndReset())),
            stored);
    }

    /// <summary>422: another number of bytes than was declared.</summary>
    public static Problem WrongSize(long declared, long actual) =>
        Refused("size_mismatch", $"{declared} bytes were declared, {actual} were uploaded.", declared, actual);

    /// <summary>422: encrypted with a key that the client gave (Customer-provided keys).</summary>
    public static Problem Unreadable() => Refused("upload_unreadable", "The bytes were uploaded under a key that is not ours.");

    bool IsHashed(FileRecord file) => (file.Md5 ?? file.Sha256) is not null && IsVerified(file);

    bool IsVerified(FileRecord file) => file.Size <= settings.VerifyBytes;

    // Who allows bytes of no known type allows all bytes.
    static bool MayBeStored(Tenant? tenant, TypeVerdict type) => tenant is not null
        && (TypeCheck.IsAllowed(tenant.Limits, type.ActualType) || TypeCheck.IsAllowed(tenant.Limits, MediaNames.OctetStream));

    static bool Matches(string what, string? declared, string actual)
    {
        if (declared is null) return false;
        return declared == actual
            ? true
            : throw Refused($"{what}_mismatch", $"The {what} of the uploaded bytes is not the one that was declared.", declared, actual);
    }

    static Problem WrongType(FileRecord file, string recognized) =>
        Refused("type_mismatch", $"The bytes are {recognized}, which is not what was declared: {file.ContentType}.", file.ContentType, recognized);

    static Problem ForbiddenType(FileRecord file, string recognized) =>
        Refused("type_mismatch", $"The bytes are {recognized}, which may not be stored here.", file.ContentType, recognized);

    static Problem MultipartForm() => Refused("multipart_body",
        "A multipart form was uploaded in place of the file: send the file's bytes as the body, with the headers of the upload.");

    static Problem Refused(string code, string detail, object? declared = null, object? actual = null) => new(422, code, detail)
    {
        Extensions = declared is null ? null : new Dictionary<string, object?> { ["declared"] = declared, ["actual"] = actual },
    };
}
