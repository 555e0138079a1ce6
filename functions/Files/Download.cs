using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Leads to a file's bytes, which storage itself serves: as a URL for apps that start a transfer with it, or as a
/// redirect for what can only follow one.
/// </summary>
public sealed class Download(Gate gate, FileStore files, FileUrls urls)
{
    /// <summary><c>GET /{tenant}/files/{id}/download</c> → <c>{url, expiresAt}</c></summary>
    [Function("files-download")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "{tenant}/files/{id}/download")] HttpRequest request) =>
        gate.Read(request, Scopes.FilesRead, async caller => FileJson.Ok(DownloadAnswer.Of(await Url(caller, request))));

    /// <summary><c>GET /{tenant}/files/{id}/content</c> → 302, which nobody may keep (every answer of ours is no-store).</summary>
    [Function("files-content")]
    public Task<IResult> Content(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "{tenant}/files/{id}/content")] HttpRequest request) =>
        gate.Read(request, Scopes.FilesRead, async caller => new Redirection((await Url(caller, request)).Url));

    async Task<SignedUrl> Url(Caller caller, HttpRequest request)
    {
        var file = await files.Get(caller, request.RouteValues["id"] as string);
        if (file.Status != FileStatus.Available)
            throw Problem.Conflict("file_pending", "The file is not complete yet.");
        return await urls.Download(caller, file);
    }
}
