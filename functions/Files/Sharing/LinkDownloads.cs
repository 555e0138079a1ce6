using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What a link leads to.</summary>
public enum LinkStatus
{
    /// <summary>There is no live link with this token.</summary>
    NotFound,

    /// <summary>The link has been used as often as it allows.</summary>
    UsedUp,

    /// <summary>Storage no longer has the file's bytes.</summary>
    FileLost,

    /// <summary>The password is wrong.</summary>
    WrongPassword,

    /// <summary>Too many passwords were wrong.</summary>
    Locked,

    /// <summary>The file can be downloaded.</summary>
    Ready,
}

/// <summary>A link as whoever has it sees it. Without a file if it was not found.</summary>
public sealed record LinkState(LinkStatus Status, FileRecord? File = null, Share? Link = null)
{
    /// <summary>Where the bytes are, once a download was counted.</summary>
    public string? Url { get; init; }

    /// <summary>The name of the user who shares; null for a client.</summary>
    public string? By { get; init; }

    /// <summary>Seconds until a locked link takes passwords again.</summary>
    public int RetryAfter { get; init; }

    /// <summary>True if the link has a password.</summary>
    public bool NeedsPassword => Link?.PasswordHash is not null;
}

/// <summary>
/// Finds a file by its link and counts downloads. The link's secret is the key: it is in the path and must be in no log and
/// no Referer.
/// </summary>
public sealed class LinkDownloads(
    FileStore files, ShareStore shares, UserStore users, LinkPasswords passwords, FileUrls urls, Settings settings, TimeProvider clock)
{
    const int MaxAttempts = 20;

    /// <summary>What the token of a link leads to.</summary>
    public async Task<LinkState> Find(Tenant tenant, string? token, CancellationToken cancel)
    {
        if (token?.Split('.') is not [var id, { Length: 43 } secret] || !FileRecord.IsId(id)) return new(LinkStatus.NotFound);
        var finding = files.Find(tenant.Id, id, cancel);
        var sharing = shares.Find(tenant.Id, id, Share.IdOf(id, "link", secret), cancel);
        await Task.WhenAll(finding, sharing);
        if (await finding is not { Status: FileStatus.Available } file) return new(LinkStatus.NotFound);
        if (await sharing is not { Kind: "link" } link || !link.IsLive(clock.GetUtcNow())) return new(LinkStatus.NotFound);
        if (link.SecretHash is not { } hash || !Ids.IsSameHash(hash, Ids.Hash(secret))) return new(LinkStatus.NotFound);
        if (!await AreUsersEnabled(tenant, file, link, cancel)) return new(LinkStatus.NotFound);
        var by = link.CreatedBy is { } user ? (await users.FindState(tenant.Id, user, cancel))?.Name : null; // Just read.
        var status = link.IsUsedUp ? LinkStatus.UsedUp : file.MissingSince is not null ? LinkStatus.FileLost : LinkStatus.Ready;
        return new(status, file, link) { By = by };
    }

    /// <summary>
    /// Counts a download and issues its URL. It is counted before the URL is issued, so that downloads at the same time can't
    /// exceed the limit.
    /// </summary>
    /// <exception cref="Problem">503 <c>link_busy</c>.</exception>
    public async Task<LinkState> Download(Tenant tenant, string? token, string password, AuditContext audit, CancellationToken cancel)
    {
        string? hash = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var found = await Find(tenant, token, cancel);
            if (found.File is not { } file || found.Link is not { } link) return found;
            audit.Target = file.Id;
            if (found.Status != LinkStatus.Ready) return found;
            if (found.NeedsPassword && hash is null) // Verified once, however often the count has to be retried.
            {
                try
                {
                    hash = await passwords.Verify(link, password, cancel);
                }
                catch (OAuthError locked)
                {
                    return found with { Status = LinkStatus.Locked, RetryAfter = locked.RetryAfter ?? 1 };
                }
                if (hash is null) return found with { Status = LinkStatus.WrongPassword };
            }
            var isCounted = link is { PasswordHash: null, MaxDownloads: null }
                || await shares.TryReplace(link.Use() with { PasswordHash = hash }, cancel);
            if (isCounted) return found with { Url = await Url(file, link, audit, cancel) };
        }
        throw SpaceLinkStore.Busy();
    }

    // The URL does not outlive the link.
    async Task<string> Url(FileRecord file, Share link, AuditContext audit, CancellationToken cancel)
    {
        var life = settings.DownloadUrlTime;
        if (link.Until - clock.GetUtcNow() is { } left && left < life) life = left;
        return (await urls.DownloadWithoutToken(file, $"link {link.Id}", life, audit, cancel)).Url;
    }

    // Files and links of a disabled user serve nobody. The user's state is at most 5 seconds old.
    async Task<bool> AreUsersEnabled(Tenant tenant, FileRecord file, Share link, CancellationToken cancel)
    {
        var owner = file.Owner is { Kind: "user" } user ? user.Id : null;
        var ids = new[] { owner, link.CreatedBy }.OfType<string>().Distinct();
        var states = await Task.WhenAll(ids.Select(id => users.FindState(tenant.Id, id, cancel)));
        return Array.TrueForAll(states, state => state is { Disabled: false });
    }
}
