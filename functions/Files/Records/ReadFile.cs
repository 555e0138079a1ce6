using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Reads a file's record, also while it is pending, and reports the progress of a copy.</summary>
public sealed class ReadFile(TenantPipeline pipeline, FilePermissions permissions, BlobCopier copier)
{
    /// <summary><c>GET /{tenant}/files/{id}</c>. It answers the route's preflights too, also those of PATCH and DELETE.</summary>
    [Function("files-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Read);
            CopyProgress? progress = null;
            if (file.Status == FileStatus.Copying) (file, progress) = await copier.FinishIfDone(file, caller.Cancel);
            return FileJson.Ok(FileResponse.Of(file, caller.Token) with { Copy = progress });
        });
}
