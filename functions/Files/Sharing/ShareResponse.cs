namespace Latchkey.Files;

/// <summary>Who has access to a file, as those who may share it see it. Times are RFC 3339 in UTC.</summary>
/// <param name="Id">The share.</param>
/// <param name="Access"><c>read</c> or <c>write</c>.</param>
/// <param name="With">The user or group; absent for a link.</param>
/// <param name="Link">The link; absent otherwise.</param>
/// <param name="Until">When it ends.</param>
/// <param name="CreatedAt">When it was given.</param>
public sealed record ShareResponse(
    string Id, string Access, RecipientResponse? With, LinkResponse? Link, DateTime? Until, DateTime CreatedAt)
{
    /// <summary>The answer for a share; <paramref name="url"/> only for a link that was made just now.</summary>
    public static ShareResponse Of(Share share, string? url = null) => new(
        share.Id, share.Access.ToString().ToLowerInvariant(),
        share.Kind == "link" ? null : new RecipientResponse(
            share.Kind == "user" ? share.Recipient : null, share.Kind == "group" ? share.Recipient : null, share.RecipientName),
        share.Kind == "link" ? new LinkResponse(url, share.PasswordHash is not null, share.MaxDownloads, share.Downloads) : null,
        share.Until?.UtcDateTime, share.CreatedAt.UtcDateTime);
}

/// <summary>A user or a group, by id, and what it is called.</summary>
public sealed record RecipientResponse(string? User, string? Group, string? Name);

/// <summary>
/// A link. <c>url</c> is said once, when it is made: only its hash is kept. Downloads are counted if they are limited or
/// there is a password.
/// </summary>
public sealed record LinkResponse(string? Url, bool Password, long? MaxDownloads, long Downloads);

/// <summary>All shares of a file.</summary>
public sealed record SharesResponse(IReadOnlyList<ShareResponse> Shares);
