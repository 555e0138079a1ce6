using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Reports the progress of an upload and issues a new URL for the same blob, so that an app that was killed, offline or too slow
/// can continue where it stopped.
/// </summary>
public sealed class UploadProgress(TenantPipeline pipeline, FilePermissions permissions, UploadState state)
{
    /// <summary>
    /// <c>GET /{tenant}/files/{id}/upload</c> → the progress and the request that continues. It changes nothing, but it needs
    /// write permission, because the URL in its answer can write.
    /// </summary>
    [Function("files-upload")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}/upload")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesWrite, async caller =>
            FileJson.Ok(await state.Of(caller, await permissions.GetUpload(caller, request.RouteValues["id"] as string))));
}
