using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Says what is known of a file, pending ones included, and how far a copy is.</summary>
public sealed class ReadFile(TenantPipeline pipeline, FilePermissions permissions, BlobCopier copier)
{
    /// <summary><c>GET /{tenant}/files/{id}</c>. The preflights of this route are answered here, its PATCH's and DELETE's too.</summary>
    [Function("files-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Read);
            var (seen, progress) = file.Status == FileStatus.Copying ? await copier.FinishIfDone(file, caller.Cancel) : (file, null);
            return FileJson.Ok(FileResponse.Of(seen) with { Space = file.Owner.SpaceNameFor(caller.Token), Copy = progress });
        });
}
