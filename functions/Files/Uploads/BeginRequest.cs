using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;


namespace Latchkey.Files;

/// <summary>What the caller says of a file that is to be uploaded.</summary>
sealed record BeginRequest
{
    public required string Name { get; init; }

    /// <summary>Its media type; without one it is <c>application/octet-stream</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    public string? Folder { get; init; }

    /// <summary>Base64, as in the Content-MD5 header (RFC 1864).</summary>
    public string? Md5 { get; init; }

    /// <summary>Hex, in either case; it is kept in lower case, as sha256sum prints it.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whose space (<see cref="Spaces.Find"/>).</summary>
    public string? Space { get; init; }

    /// <summary>Send in blocks or with one PUT; if it is left out the size decides.</summary>
    public bool? Resumable { get; init; }

    /// <summary>The record of a new file.</summary>
    /// <exception cref="Problem">
    /// 400 with a code for the member that is wrong; 413 <c>file_too_large</c>; 415 <c>content_type_not_allowed</c>.
    /// </exception>
    public FileRecord ToRecord(Caller caller, Owner owner, Settings settings, DateTimeOffset now)
    {
        return new FileRecord
        {
            Tenant = caller.Tenant.Id,
            Id = FileRecord.NewId(caller.Tenant.Id, owner),
            Owner = owner,
            CreatedBy = caller.Token.ClientId,
            Name = FileName.Read(Name),
            Folder = FileName.ReadFolder(Folder),
            ContentType = CheckedType(caller.Tenant.Limits),
            Size = CheckedSize(Math.Min(settings.MaxFileBytes, caller.Tenant.Limits.FileBytes)),
            BlockSize = CheckedBlockSize(settings.ResumableFromBytes),
            Md5 = CheckedMd5(),
            Sha256 = CheckedSha256(),
            CreatedAt = now,
        };
    }

    string CheckedType(FileLimits limits)
    {
        var type = MediaType.Read(ContentType);
        return TypeCheck.IsAllowed(limits, type) ? type : throw MediaType.NotAllowed(type, limits);
    }

    long CheckedSize(long maxBytes) => Size switch
    {
        < 0 => throw Problem.BadRequest("invalid_size", "The size must be a number of bytes."),
        _ when Size > maxBytes => throw new Problem(413, "file_too_large", $"A file has {maxBytes} bytes at most.")
        {
            Extensions = new Dictionary<string, object?> { ["size"] = Size, ["limit"] = maxBytes },
        },
        _ => Size,
    };

    // Nothing can't be cut into blocks: it comes with one PUT.
    long? CheckedBlockSize(long resumableFrom) => Size == 0
        ? null
        : Resumable ?? Size >= resumableFrom
        ? BlockPlan.BlockSize(Size)
        : Size <= BlockPlan.MaxSinglePut
        ? null
        : throw Problem.BadRequest("resumable_required", $"One PUT carries {BlockPlan.MaxSinglePut} bytes at most: ask for a resumable upload.");

    // Decoded and encoded again: base64 may hold spaces and stray bits, and this goes into a header and is compared.
    string? CheckedMd5()
    {
        if (Md5 is null) return null;
        Span<byte> hash = stackalloc byte[16];
        return Convert.TryFromBase64String(Md5, hash, out var length) && length == 16 && Convert.ToBase64String(hash) == Md5
            ? Md5 : throw Problem.BadRequest("invalid_md5", "md5 must be the base64 of the 16 bytes of an MD5, as in Content-MD5.");
    }

    string? CheckedSha256() =>
        Sha256 is null || (Sha256.Length == 64 && Sha256.All(char.IsAsciiHexDigit))
            ? Sha256?.ToLowerInvariant() : throw Problem.BadRequest("invalid_sha256", "sha256 must be 64 hex digits.");
}
