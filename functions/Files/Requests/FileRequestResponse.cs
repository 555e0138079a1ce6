namespace Latchkey.Files;

/// <summary>A request for files, as those who may share the space see it. Sizes are in bytes, times are RFC 3339 in UTC.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Status"><c>open</c>, <c>full</c>, <c>expired</c> or <c>closed</c>.</param>
/// <param name="Space">The space that the files go into.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Title">What the files are for.</param>
public sealed record FileRequestResponse(string Id, string Status, string Space, string Folder, string Title)
{
    /// <summary>What the page says besides.</summary>
    public string? Message { get; init; }

    /// <summary>The address of its page; only in the answer that creates it, because only a hash of its secret is stored.</summary>
    public string? Url { get; init; }

    /// <summary>Whether it has a password.</summary>
    public required bool Password { get; init; }

    /// <summary>How many files it takes.</summary>
    public required long MaxFiles { get; init; }

    /// <summary>How many bytes a file may have.</summary>
    public required long MaxFileBytes { get; init; }

    /// <summary>How many bytes it takes.</summary>
    public required long MaxTotalBytes { get; init; }

    /// <summary>The media types that it takes; empty for all that the tenant allows.</summary>
    public required IReadOnlyList<string> ContentTypes { get; init; }

    /// <summary>How many files were begun, the received ones among them.</summary>
    public required long Files { get; init; }

    /// <summary>The bytes of these files.</summary>
    public required long Bytes { get; init; }

    /// <summary>How many files were received.</summary>
    public required long Received { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it expires.</summary>
    public required DateTime ExpiresAt { get; init; }

    /// <summary>When it was closed.</summary>
    public DateTime? ClosedAt { get; init; }

    /// <summary>The entity tag of what can be changed, for If-Match.</summary>
    public required string Etag { get; init; }

    /// <summary>The response for a request.</summary>
    public static FileRequestResponse Of(FileRequest request, DateTimeOffset now) => new(
        request.Id, request.StatusAt(now).ToString().ToLowerInvariant(), request.Owner.SpaceName, request.Folder, request.Title)
    {
        Message = request.Message,
        Password = request.PasswordHash is not null,
        MaxFiles = request.MaxFiles,
        MaxFileBytes = request.MaxFileBytes,
        MaxTotalBytes = request.MaxTotalBytes,
        ContentTypes = request.ContentTypes,
        Files = request.Begun,
        Bytes = request.Bytes,
        Received = request.Received,
        CreatedAt = request.CreatedAt.UtcDateTime,
        ExpiresAt = request.ExpiresAt.UtcDateTime,
        ClosedAt = request.ClosedAt?.UtcDateTime,
        Etag = request.EntityTag,
    };
}

/// <summary>A page of a space's requests. <c>cursor</c> leads to the next page and is absent on the last one.</summary>
public sealed record FileRequestsResponse(IReadOnlyList<FileRequestResponse> Requests, string? Cursor);
