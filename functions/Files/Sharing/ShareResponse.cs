namespace Latchkey.Files;

/// <summary>A share, as those who may share the file see it. Times are RFC 3339 in UTC.</summary>
/// <param name="Id">The share's id.</param>
/// <param name="Access"><c>read</c> or <c>write</c>.</param>
/// <param name="With">The user or group; absent for a link.</param>
/// <param name="Link">The link; absent otherwise.</param>
/// <param name="Until">When it expires.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record ShareResponse(
    string Id, string Access, RecipientResponse? With, LinkResponse? Link, DateTime? Until, DateTime CreatedAt)
{
    /// <summary>The response for a share. <paramref name="url"/> is given only for a link that was just created.</summary>
    public static ShareResponse Of(Share share, string? url = null) => new(
        share.Id, share.Access.ToString().ToLowerInvariant(),
        share.Kind == "link" ? null : new RecipientResponse(
            share.Kind == "user" ? share.Recipient : null, share.Kind == "group" ? share.Recipient : null, share.RecipientName,
            share.RecipientAccount),
        share.Kind == "link" ? new LinkResponse(url, share.PasswordHash is not null, share.MaxDownloads, share.Downloads) : null,
        share.Until?.UtcDateTime, share.CreatedAt.UtcDateTime);
}

/// <summary>A user or a group by id, its name, and what tells the user from others of that name.</summary>
public sealed record RecipientResponse(string? User, string? Group, string? Name, string? Account);

/// <summary>
/// A link. <c>url</c> is shown only once, when the link is created, because only a hash of its secret is stored. Downloads are
/// counted for links with a limit or a password.
/// </summary>
public sealed record LinkResponse(string? Url, bool Password, long? MaxDownloads, long Downloads);

/// <summary>All shares of a file.</summary>
public sealed record SharesResponse(IReadOnlyList<ShareResponse> Shares);
