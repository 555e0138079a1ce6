using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Leads to a file's bytes, which storage serves: as a URL for apps that start a download with it, or as a redirect for clients that
/// can only follow one. With <c>?disposition=inline</c> a browser shows what is safe to show (<see cref="DisplayTypes"/>).
/// </summary>
public sealed class Download(TenantPipeline pipeline, FilePermissions permissions, FileUrls urls)
{
    /// <summary><c>GET /{tenant}/files/{id}/download</c> → <c>{url, expiresAt}</c></summary>
    [Function("files-download")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}/download")]
        HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
            FileJson.Ok(DownloadResponse.Of(await Url(caller, request))));

    /// <summary>
    /// <c>GET /{tenant}/files/{id}/content</c> → 302, which nobody may cache (every response is no-store). HEAD gets
    /// such a redirect too. Its URL is logged and audited like any other; storage answers HEAD there with size, type and name.
    /// </summary>
    [Function("files-content")]
    public Task<IResult> Content(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}/content")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller => new Redirection((await Url(caller, request)).Url));

    /// <summary>Refuses a file that has no bytes to serve.</summary>
    /// <exception cref="Problem">409 <c>file_pending</c>, <c>file_copying</c>, <c>file_scanning</c>; 403 <c>file_infected</c>; 410
    /// <c>bytes_missing</c>.</exception>
    internal static void EnsureServable(FileRecord file)
    {
        FilePermissions.EnsureAvailable(file);
        if (file.MissingSince is not null) throw new Problem(410, "bytes_missing", "The bytes of this file are lost.");
    }

    /// <summary>True if a browser is to show the bytes. What else an app adds against caches is ignored.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>.</exception>
    internal static bool IsInline(HttpRequest request) => Query.ReadForPage(request, "disposition")
        .OneOf("disposition", ContentDisposition.Attachment, ContentDisposition.Inline) == ContentDisposition.Inline;

    async Task<SignedUrl> Url(Caller caller, HttpRequest request)
    {
        var inline = IsInline(request);
        var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Read);
        EnsureServable(file);
        return await urls.Download(caller, file, inline);
    }
}
