using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>Leads from a link to bytes: of a file, of a thumbnail, or of an archive. No URL outlives the link.</summary>
public sealed class LinkUrls(
    FileUrls urls, SpaceLinks links, ArchiveContents contents, ArchivePlaces places, BlobStore blobs, Settings settings, TimeProvider clock)
{
    /// <summary>Counts a download of a file, then issues its URL.</summary>
    /// <exception cref="Problem">410 <c>link_used_up</c>; 503 <c>link_busy</c>.</exception>
    public async Task<string> Download(SpaceLink link, FileRecord file, AuditContext audit, CancellationToken cancel)
    {
        await links.Count(link, cancel);
        return (await urls.DownloadWithoutToken(file, $"link {link.Id}", Life(link.Until), audit, cancel)).Url;
    }

    /// <summary>The URL of a thumbnail, which is not counted.</summary>
    /// <param name="file">The picture.</param>
    /// <param name="size">The size that is asked for.</param>
    /// <param name="link">The link's id and end.</param>
    /// <param name="audit">The request's entry in the audit.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">404 <c>no_thumbnail</c></exception>
    public async Task<string> Thumbnail(
        FileRecord file, int size, (string Id, DateTimeOffset? Until) link, AuditContext audit, CancellationToken cancel)
    {
        if (file.Renditions is not { Sizes.Count: > 0 } made) throw Problem.NotFound("no_thumbnail", "The file has no thumbnail.");
        return (await urls.ThumbnailWithoutToken(file, made.Nearest(size), $"link {link.Id}", Life(link.Until), audit, cancel)).Url;
    }

    /// <summary>Counts a download of all files, and sends them as one archive.</summary>
    /// <exception cref="Problem">
    /// 404 <c>file_not_found</c>: there are none; 410 <c>bytes_missing</c>, <c>link_used_up</c>; 413 <c>archive_too_large</c>; 503
    /// <c>server_busy</c>, <c>link_busy</c>.
    /// </exception>
    public async Task<IResult> Archive(SpaceLink link, string below, string name, AuditContext audit, CancellationToken cancel)
    {
        var place = places.TakeForLink(link.Tenant); // Before anything is read.
        try
        {
            var files = link.Folder is null ? ArchiveContents.OfRecords(await links.Selected(link, cancel))
                : await contents.OfLink(link.Tenant, link.Owner, SpaceLinks.FolderOf(link, below), cancel);
            if (files.Files.Count == 0) throw FilePermissions.NotFound();
            await links.Count(link, cancel);
            (audit.Target, audit.Detail) = (link.Id, files.ToString());
            return new ZipDownload(blobs, place, files, name);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    TimeSpan Life(DateTimeOffset? until) =>
        until - clock.GetUtcNow() is { } left && left < settings.DownloadUrlTime ? left : settings.DownloadUrlTime;
}
