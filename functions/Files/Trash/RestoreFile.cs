using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Restores a file from the trash, with its name and in its folder.</summary>
public sealed class RestoreFile(TenantPipeline pipeline, FileEdits edits)
{
    /// <summary><c>POST /{tenant}/files/{id}/restore</c> → 200 file, also if it is restored already.</summary>
    [Function("files-restore")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/restore")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var edit = await FileRetry.Run(() => edits.Restore(caller, request.RouteValues["id"] as string));
            return FileJson.Ok(FileResponse.Of(edit.After));
        });
}
