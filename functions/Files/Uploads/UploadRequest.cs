using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What a caller declares about bytes to upload, in whatever way: those of a new file, or those that replace a file's.</summary>
record UploadRequest
{
    /// <summary>The media type; <c>application/octet-stream</c> if it is left out.</summary>
    public string? ContentType { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    public string? Folder { get; init; }

    /// <summary>The MD5 in base64, as in the Content-MD5 header (RFC 1864).</summary>
    public string? Md5 { get; init; }

    /// <summary>The SHA-256 in hex of either case. It is kept in lower case, as sha256sum prints it.</summary>
    public string? Sha256 { get; init; }

    /// <summary>When the content was last changed (RFC 3339).</summary>
    public string? ModifiedAt { get; init; }

    /// <summary>When it was taken (RFC 3339).</summary>
    public string? TakenAt { get; init; }

    public Dictionary<string, string?>? Metadata { get; init; }

    public IReadOnlyList<string?>? Tags { get; init; }

    /// <summary>The space (<see cref="Spaces.Find"/>).</summary>
    public string? Space { get; init; }

    /// <summary>True for an upload in blocks, false for one PUT. The size decides if it is left out.</summary>
    public bool? Resumable { get; init; }

    /// <summary>The record of a new file of this name.</summary>
    /// <exception cref="Problem">
    /// 400 with a code for the field that is invalid; 413 <c>file_too_large</c>; 415 <c>content_type_not_allowed</c>.
    /// </exception>
    public FileRecord ToRecord(string name, Tenant tenant, Owner owner, string client, Settings settings, DateTimeOffset now)
    {
        return new FileRecord
        {
            Tenant = tenant.Id,
            Id = FileRecord.NewId(tenant.Id, owner),
            Owner = owner,
            CreatedBy = client,
            Name = FileName.Read(name),
            Folder = FileName.ReadFolder(Folder),
            ContentType = CheckedType(tenant.Limits),
            Size = CheckedSize(Math.Min(settings.Scan.LimitFor(tenant), Math.Min(settings.MaxFileBytes, tenant.Limits.FileBytes))),
            BlockSize = CheckedBlockSize(settings.ResumableFromBytes),
            Md5 = CheckedMd5(),
            Sha256 = CheckedSha256(),
            ModifiedAt = FileTime.Read(ModifiedAt, "modifiedAt"),
            TakenAt = FileTime.Read(TakenAt, "takenAt"),
            Metadata = FileMetadata.Read(Metadata),
            Tags = FileTags.Read(Tags),
            CreatedAt = now,
        };
    }

    string CheckedType(FileLimits limits)
    {
        var type = MediaType.Read(ContentType);
        if (!ContentTypeCheck.IsAllowed(limits, type)) throw MediaType.NotAllowed(type, limits);
        return type;
    }

    long CheckedSize(long maxBytes)
    {
        if (Size < 0) throw Problem.BadRequest("invalid_size", "size must be a number of bytes, 0 or more.");
        if (Size <= maxBytes) return Size;
        throw new Problem(413, "file_too_large", $"The file is too large: the limit is {maxBytes} bytes.")
        {
            Extensions = new Dictionary<string, object?> { ["size"] = Size, ["limit"] = maxBytes },
        };
    }

    // Null means one PUT. An empty file has no blocks, so it is always sent with one PUT.
    long? CheckedBlockSize(long resumableFrom)
    {
        if (Size == 0) return null;
        var isResumable = Resumable ?? Size >= resumableFrom;
        if (isResumable) return BlockPlan.BlockSize(Size);
        if (Size <= BlockPlan.MaxSinglePut) return null;
        throw Problem.BadRequest("resumable_required",
            $"One PUT can carry {BlockPlan.MaxSinglePut} bytes at most. Request a resumable upload.");
    }

    // Base64 may hold spaces and stray bits. This goes into a header and is compared, so only the canonical form passes.
    string? CheckedMd5()
    {
        if (Md5 is null) return null;
        Span<byte> hash = stackalloc byte[16];
        var isMd5 = Convert.TryFromBase64String(Md5, hash, out var length) && length == 16 && Convert.ToBase64String(hash) == Md5;
        if (isMd5) return Md5;
        throw Problem.BadRequest("invalid_md5", "md5 must be the base64 of the 16 bytes of an MD5, as in Content-MD5.");
    }

    string? CheckedSha256()
    {
        if (Sha256 is null) return null;
        if (Sha256.Length == 64 && Sha256.All(char.IsAsciiHexDigit)) return Sha256.ToLowerInvariant();
        throw Problem.BadRequest("invalid_sha256", "sha256 must be 64 hex digits.");
    }
}
