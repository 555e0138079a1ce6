namespace Latchkey.Files.Sharing;

/// <summary>Who has access to a file, as those who may share it see it. Times are RFC 3339 in UTC.</summary>
/// <param name="Id">The share.</param>
/// <param name="Access"><c>read</c> or <c>write</c>.</param>
/// <param name="With">The user or group; absent for a link.</param>
/// <param name="Link">The link; absent otherwise.</param>
/// <param name="Until">When it ends.</param>
/// <param name="CreatedAt">When it was given.</param>
public sealed record ShareAnswer(
    string Id, string Access, RecipientAnswer? With, LinkAnswer? Link, DateTime? Until, DateTime CreatedAt)
{
    /// <summary>The answer for a share; <paramref name="url"/> only for a link that was made just now.</summary>
    public static ShareAnswer Of(Share share, string? url = null) => new(
        share.Id, share.Access.ToString().ToLowerInvariant(),
        share.Kind == "link" ? null : new RecipientAnswer(
            share.Kind == "user" ? share.Recipient : null, share.Kind == "group" ? share.Recipient : null, share.RecipientName),
        share.Kind == "link" ? new LinkAnswer(url, share.PasswordHash is not null, share.MaxDownloads, share.Downloads) : null,
        share.Until?.UtcDateTime, share.CreatedAt.UtcDateTime);
}

/// <summary>A user or a group, by id, and what it is called.</summary>
public sealed record RecipientAnswer(string? User, string? Group, string? Name);

/// <summary>
/// A link. <c>url</c> is said once, when it is made: only its hash is kept. Downloads are counted if they are limited or
/// there is a password.
/// </summary>
public sealed record LinkAnswer(string? Url, bool Password, long? MaxDownloads, long Downloads);

/// <summary>All shares of a file.</summary>
public sealed record SharesAnswer(IReadOnlyList<ShareAnswer> Shares);
