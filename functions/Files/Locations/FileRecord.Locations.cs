namespace Latchkey.Files;

/// <summary>The picture that is served after the place was erased from it. The hashes of its record are of what was uploaded.</summary>
/// <param name="Md5">Base64 (RFC 1864).</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Source">What names the uploaded bytes of which it was made: a hash of the ETag that storage gave them.</param>
public sealed record CleanBytes(string Md5, string Sha256, string Source);

// Pictures from which the place where they were taken was erased.
public sealed partial record FileRecord
{
    /// <summary>What is served instead of what was uploaded, because a location was erased; otherwise null.</summary>
    public CleanBytes? Clean { get; init; }

    /// <summary>The MD5 of what is served, if it is known: declared, or of the erased picture.</summary>
    public string? ServedMd5 => Clean?.Md5 ?? Md5;

    /// <summary>The same for SHA-256.</summary>
    public string? ServedSha256 => Clean?.Sha256 ?? Sha256;

    /// <summary>The blob to which it was uploaded.</summary>
    public string UploadedBlobName => BlobNameOf(Content, IsStaged);

    /// <summary>The blobs that may have bytes of it, the one that is served last.</summary>
    public IReadOnlyList<string> BlobNames => Clean is null ? [BlobName] : [UploadedBlobName, BlobName];

    /// <summary>
    /// The name of the blob with a picture from which the place was erased. No client ever has a URL that writes to it. Other bytes have
    /// another source, so what a record leads to is never written again.
    /// </summary>
    public static string CleanBlobNameOf(string content, string source) => $"{CleanBlobNamesOf(content)}{source}";

    /// <summary>With what all such names begin, of whatever was uploaded.</summary>
    public static string CleanBlobNamesOf(string content) => content + ".clean.";

    /// <summary>True if the other record has the same bytes: a verdict about those is one about these.</summary>
    public bool HasBytesOf(FileRecord other) =>
        (Content, Snapshot, Clean?.Source) == (other.Content, other.Snapshot, other.Clean?.Source);
}
