using Azure;
using Azure.Storage.Blobs.Models;

namespace Latchkey.Storage;

/// <summary>What storage says of an uploaded blob, by whichever request.</summary>
public sealed record UploadedBlob
{
    /// <summary>Its kind.</summary>
    public required BlobType BlobType { get; init; }

    /// <summary>The size of the whole blob, in bytes.</summary>
    public required long ContentLength { get; init; }

    /// <summary>Its headers, as whoever wrote it set them.</summary>
    public required BlobHttpHeaders Headers { get; init; }

    /// <summary>Its ETag.</summary>
    public required ETag ETag { get; init; }

    /// <summary>Its metadata.</summary>
    public required IDictionary<string, string> Metadata { get; init; }

    /// <summary>How far a copy of it is, or null.</summary>
    public CopyStatus? CopyStatus { get; init; }

    /// <summary>The hash of the key that it is encrypted with if that is the client's own, or null.</summary>
    public string? EncryptionKeySha256 { get; init; }

    /// <summary>Its access tier; null if only a GET was sent, which an archived blob does not answer.</summary>
    public string? AccessTier { get; init; }

    /// <summary>What a HEAD says.</summary>
    public static UploadedBlob Of(BlobProperties blob) => new()
    {
        BlobType = blob.BlobType,
        ContentLength = blob.ContentLength,
        Headers = new()
        {
            ContentType = blob.ContentType,
            ContentHash = blob.ContentHash,
            ContentEncoding = blob.ContentEncoding,
            ContentLanguage = blob.ContentLanguage,
            ContentDisposition = blob.ContentDisposition,
            CacheControl = blob.CacheControl,
        },
        ETag = blob.ETag,
        Metadata = blob.Metadata,
        CopyStatus = blob.BlobCopyStatus,
        EncryptionKeySha256 = blob.EncryptionKeySha256,
        AccessTier = blob.AccessTier,
    };

    /// <summary>What a GET says, of the whole blob or of its start. Length and MD5 are of the whole blob anyway.</summary>
    public static UploadedBlob Of(BlobDownloadDetails blob) => new()
    {
        BlobType = blob.BlobType,
        ContentLength = blob.ContentRange?.Split('/') is [_, var length] && long.TryParse(length, out var all) ? all : blob.ContentLength,
        Headers = new()
        {
            ContentType = blob.ContentType,
            ContentHash = blob.BlobContentHash ?? blob.ContentHash,
            ContentEncoding = blob.ContentEncoding,
            ContentLanguage = blob.ContentLanguage,
            ContentDisposition = blob.ContentDisposition,
            CacheControl = blob.CacheControl,
        },
        ETag = blob.ETag,
        Metadata = blob.Metadata,
        CopyStatus = blob.CopyId is null ? null : blob.CopyStatus,
        EncryptionKeySha256 = blob.EncryptionKeySha256,
    };
}
