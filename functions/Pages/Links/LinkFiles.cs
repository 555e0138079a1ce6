using System.Globalization;
using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>The files, thumbnails and archives behind a link. A link with a password first sends the browser to its page.</summary>
public sealed class LinkFiles(
    TenantPipeline pipeline, SpaceLinkPages pages, SpaceLinks links, LinkDownloads single, LinkUrls urls, LinkReplies replies)
{
    /// <summary>
    /// <c>GET /{tenant}/s/{token}/files/{id}</c> → 302 to the bytes; to the link's page if downloads are counted, because what follows
    /// addresses unasked, such as a mail scanner, must use none up.
    /// </summary>
    [Function("link-file")]
    public Task<IResult> File(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/s/{token}/files/{id}")] HttpRequest http) =>
        Download(http, isAsked: false);

    /// <summary><c>POST /{tenant}/s/{token}/files/{id}</c> → 303 to the bytes: the button of a page whose downloads are counted.</summary>
    [Function("link-file-post")]
    public Task<IResult> FileByForm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/s/{token}/files/{id}")] HttpRequest http) =>
        Download(http, isAsked: true);

    /// <summary>
    /// <c>GET /{tenant}/s/{token}/files/{id}/thumbnail?size=</c> → 302 to the picture, also for a link to one file. It is not counted as a
    /// download, so it is small, and there is none of a link that is used up.
    /// </summary>
    [Function("link-thumbnail")]
    public Task<IResult> Thumbnail(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/s/{token}/files/{id}/thumbnail")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            request.Audit.Type = "link-thumbnail";
            var size = int.Parse(Query.ReadForPage(http, "size").OneOf("size", "128", "512") ?? "128",
                CultureInfo.InvariantCulture);
            if (!SpaceLinkPages.IsOne(http)) return LinkReplies.Redirect(http, await OfOne(request, size), 302);
            var (link, elsewhere) = await pages.Enter(request);
            if (link is null) return elsewhere!;
            if (link.IsUsedUp) throw SpaceLinks.UsedUp();
            var file = await links.File(link, Id(http), request.Cancel);
            return LinkReplies.Redirect(http,
                await urls.Thumbnail(file, size, (link.Id, link.Until), request.Audit, request.Cancel), 302);
        }, replies.Failure);

    /// <summary><c>GET /{tenant}/s/{token}/archive?folder=</c> → 200 application/zip, with all files of the folder or of the
    /// selection; if downloads are counted, 302 to the link's page.</summary>
    [Function("link-archive")]
    public Task<IResult> Archive(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/s/{token}/archive")] HttpRequest http) =>
        DownloadAll(http, isAsked: false);

    /// <summary><c>POST /{tenant}/s/{token}/archive?folder=</c> → 200 application/zip: the same by the button.</summary>
    [Function("link-archive-post")]
    public Task<IResult> ArchiveByForm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/s/{token}/archive")] HttpRequest http) =>
        DownloadAll(http, isAsked: true);

    Task<IResult> Download(HttpRequest http, bool isAsked) => pipeline.Page(http, async request =>
    {
        request.Audit.Type = "link-download";
        var (link, elsewhere) = await pages.Enter(request);
        if (link is null) return elsewhere!;
        var file = await links.File(link, Id(http), request.Cancel);
        if (!isAsked && IsOnlyLookedAt(http, link)) return LinkReplies.Redirect(http, SpaceLinkPages.Address(request), 302);
        return LinkReplies.Redirect(http, await urls.Download(link, file, request.Audit, request.Cancel), isAsked ? 303 : 302);
    }, replies.Failure);

    Task<IResult> DownloadAll(HttpRequest http, bool isAsked) => pipeline.Page(http, async request =>
    {
        request.Audit.Type = "link-download";
        var (link, elsewhere) = await pages.Enter(request);
        if (link is null) return elsewhere!;
        LinkReplies.SetHeaders(http);
        var below = FileName.ReadFolder(Query.ReadForPage(http, "folder")["folder"]);
        if (HttpMethods.IsHead(http.Method)) return Results.Bytes([], "application/zip"); // Counts nothing.
        if (!isAsked && IsOnlyLookedAt(http, link)) return LinkReplies.Redirect(http, SpaceLinkPages.Address(request), 302);
        return await urls.Archive(link, below, $"{SpaceLinkPages.TitleOf(link, below)}.zip", request.Audit, request.Cancel);
    }, replies.Failure);

    static bool IsOnlyLookedAt(HttpRequest http, SpaceLink link) => HttpMethods.IsHead(http.Method) || link.MaxDownloads is not null;

    async Task<string> OfOne(TenantRequest request, int size)
    {
        var state = await single.Find(request.Tenant, LinkReplies.Token(request.Http), request.Cancel);
        if (state is not { Status: LinkStatus.Ready, NeedsPassword: false, File: { } file, Link: { } link } || file.Id != Id(request.Http))
            throw Problem.NotFound("link_not_found", "The link was not found.");
        return await urls.Thumbnail(file, size, (link.Id, link.Until), request.Audit, request.Cancel);
    }

    static string? Id(HttpRequest http) => http.RouteValues["id"] as string;
}
