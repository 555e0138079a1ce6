using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>A link as whoever has its address sees it.</summary>
/// <param name="Link">The link.</param>
/// <param name="By">Who shares.</param>
public sealed record OpenSpaceLink(SpaceLink Link, Sharer By);

/// <summary>What a link shows: the folders and files of one of its folders.</summary>
/// <param name="Folders">The names of the folders.</param>
/// <param name="Files">The files.</param>
/// <param name="Next">Where the next page begins, or null.</param>
public sealed record LinkContents(IReadOnlyList<string> Folders, IReadOnlyList<FileRecord> Files, string? Next);

/// <summary>
/// Finds links to folders and to several files by their addresses, and what they lead to. The secret in the address is the key. Nothing
/// leads out of the link's folder, or to a file that is not among the link's own.
/// </summary>
public sealed class SpaceLinks(
    SpaceLinkStore links, Sharers sharers, BoundFolders bound, FileStore files, FileListing listing, Folders folders, TimeProvider clock)
{
    const int FilesOnPage = 100;
    const int ReadsAtOnce = 8;

    /// <summary>The live link that an address leads to, or null. A link whose folder was moved or deleted is revoked.</summary>
    public async Task<OpenSpaceLink?> Find(Tenant tenant, string? token, CancellationToken cancel)
    {
        if (LinkToken.Read(token) is not var (id, secret)) return null;
        if (await links.Find(tenant.Id, id, cancel) is not { } link || !link.IsLive(clock.GetUtcNow())) return null;
        if (!Ids.IsSameHash(link.SecretHash, Ids.Hash(secret))) return null;
        if (await sharers.Find(tenant, link.Owner, link.CreatedBy, cancel) is not { } by) return null;
        if (link.Folder is null) return new(link, by);
        var folder = await bound.Find(tenant.Id, link.Owner, link.Folder, link.FolderIdentity, cancel);
        if (folder == BoundFolder.Gone) await links.TryRemove(tenant, link, cancel);
        return folder == BoundFolder.Same ? new(link, by) : null;
    }

    /// <summary>Counts a download. It is counted before anything is issued, so that several at once can't exceed the limit.</summary>
    /// <exception cref="Problem">410 <c>link_used_up</c>; 503 <c>link_busy</c>.</exception>
    public async Task Count(SpaceLink link, CancellationToken cancel)
    {
        _ = await links.Count(link, now => now.MaxDownloads is null ? now
            : now.IsUsedUp ? throw UsedUp() : now with { Downloads = now.Downloads + 1 }, cancel) ?? throw NotFound();
    }

    /// <summary>A page of what the link shows.</summary>
    /// <param name="link">The link.</param>
    /// <param name="below">A folder below the link's own, relative to it; empty for itself. Of files there is no other.</param>
    /// <param name="after">Where the last page ended, or null.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<LinkContents> Contents(SpaceLink link, string below, string? after, CancellationToken cancel)
    {
        if (link.Folder is null) return new([], await Selected(link, cancel), null);
        var folder = FolderOf(link, below);
        if (after is not null && !RowKeys.IsListedByNameIn(folder, after)) throw Paging.InvalidCursor();
        var query = new FileQuery(link.Tenant, link.Owner, RowKeys.ListedByNameIn(folder), after, FilesOnPage);
        var reading = listing.ByKey(query, cancel);
        var names = after is null ? (await folders.NamesIn(query.Partition, folder, "", cancel)).Names : [];
        var page = await reading;
        return new(names, [.. page.Files.Where(link.LeadsTo)], page.Next);
    }

    /// <summary>The files that a link to several files still leads to, in the order in which they were chosen.</summary>
    public async Task<IReadOnlyList<FileRecord>> Selected(SpaceLink link, CancellationToken cancel)
    {
        var found = new FileRecord?[link.Files.Count];
        var work = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancel };
        await Parallel.ForAsync(0, found.Length, work, async (n, stop) => found[n] = await files.Find(link.Tenant, link.Files[n], stop));
        return [.. found.OfType<FileRecord>().Where(link.LeadsTo)];
    }

    /// <summary>A file that the link leads to.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c></exception>
    public async Task<FileRecord> File(SpaceLink link, string? id, CancellationToken cancel) =>
        await files.Find(link.Tenant, id, cancel) is { } file && link.LeadsTo(file) ? file : throw FilePermissions.NotFound();

    /// <summary>The folder of the space that a path below the link's own folder means.</summary>
    public static string FolderOf(SpaceLink link, string below) =>
        below.Length == 0 ? link.Folder! : link.Folder!.Length == 0 ? below : $"{link.Folder}/{below}";

    /// <summary>410 <c>link_used_up</c>.</summary>
    public static Problem UsedUp() => new(410, "link_used_up", "This link has no downloads left.");

    static Problem NotFound() => Problem.NotFound("link_not_found", "The link was not found.");
}
