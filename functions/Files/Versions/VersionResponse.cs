namespace Latchkey.Files;

/// <summary>A version of a file. The size is in bytes, times are RFC 3339 in UTC; hashes are as in <see cref="FileResponse"/>.</summary>
/// <param name="Id">The version's id.</param>
/// <param name="Version">Its number.</param>
/// <param name="Size">The size.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="CreatedAt">When the bytes became the file's.</param>
public sealed record VersionResponse(string Id, int Version, long Size, string ContentType, DateTime CreatedAt)
{
    /// <summary>What the file was called then.</summary>
    public required string Name { get; init; }

    /// <summary>The declared MD5.</summary>
    public string? Md5 { get; init; }

    /// <summary>Whether the bytes have it.</summary>
    public bool? Md5Verified { get; init; }

    /// <summary>The declared SHA-256.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether the bytes have it.</summary>
    public bool? Sha256Verified { get; init; }

    /// <summary>When the content was last changed, as the client says.</summary>
    public DateTime? ModifiedAt { get; init; }

    /// <summary>Who uploaded it, if that is known.</summary>
    public UploaderResponse? UploadedBy { get; init; }

    /// <summary>When it was replaced; absent for the present version.</summary>
    public DateTime? ReplacedAt { get; init; }

    /// <summary>When it is deleted for good; absent for the present version.</summary>
    public DateTime? PurgeAfter { get; init; }

    /// <summary>The response for the record of a file, or a former version of it.</summary>
    public static VersionResponse Of(FileRecord version)
    {
        var shown = FileResponse.Of(version);
        return new(version.Content, version.Version, version.Size, version.ContentType,
            (version.VersionAt ?? version.CompletedAt ?? version.CreatedAt).UtcDateTime)
        {
            Name = version.Name,
            Md5 = shown.Md5,
            Md5Verified = shown.Md5Verified,
            Sha256 = shown.Sha256,
            Sha256Verified = shown.Sha256Verified,
            ModifiedAt = shown.ModifiedAt,
            UploadedBy = version.UploadedBy is not { } who ? null
                : new(who.Kind == "user" ? who.Id : null, who.Kind == "client" ? who.Id : null),
            ReplacedAt = shown.DeletedAt,
            PurgeAfter = shown.PurgeAfter,
        };
    }
}

/// <summary>Who has uploaded something: a user, or a client for itself.</summary>
public sealed record UploaderResponse(string? User, string? Client);

/// <summary>The former versions of a file, the newest first, and the present one.</summary>
public sealed record VersionsResponse(VersionResponse Current, IReadOnlyList<VersionResponse> Versions);
