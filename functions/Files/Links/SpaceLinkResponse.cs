namespace Latchkey.Files;

/// <summary>A link to a folder or to several files, as those who may share the space see it. Times are RFC 3339 in UTC.</summary>
/// <param name="Id">The link's id.</param>
/// <param name="Space">The space.</param>
public sealed record SpaceLinkResponse(string Id, string Space)
{
    /// <summary>The folder; absent for files.</summary>
    public string? Folder { get; init; }

    /// <summary>The ids of the files; absent for a folder.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>What its page is called.</summary>
    public string? Title { get; init; }

    /// <summary>The address; only in the answer that creates it, because only a hash of its secret is stored.</summary>
    public string? Url { get; init; }

    /// <summary>Whether it has a password.</summary>
    public required bool Password { get; init; }

    /// <summary>How many downloads it allows.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>How many downloads there were, if there is a limit.</summary>
    public required long Downloads { get; init; }

    /// <summary>When it expires.</summary>
    public DateTime? Until { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>The entity tag of what can be changed, for If-Match.</summary>
    public required string Etag { get; init; }

    /// <summary>The response for a link.</summary>
    public static SpaceLinkResponse Of(SpaceLink link) => new(link.Id, link.Owner.SpaceName)
    {
        Folder = link.Folder,
        Files = link.Folder is null ? link.Files : null,
        Title = link.Title,
        Password = link.PasswordHash is not null,
        MaxDownloads = link.MaxDownloads,
        Downloads = link.Downloads,
        Until = link.Until?.UtcDateTime,
        CreatedAt = link.CreatedAt.UtcDateTime,
        Etag = link.EntityTag,
    };
}

/// <summary>A page of a space's links. <c>cursor</c> leads to the next page and is absent on the last one.</summary>
public sealed record SpaceLinksResponse(IReadOnlyList<SpaceLinkResponse> Links, string? Cursor);
