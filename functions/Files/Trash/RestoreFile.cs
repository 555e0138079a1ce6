using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Restores a file from the trash, with its name and in its folder.</summary>
public sealed class RestoreFile(TenantPipeline pipeline, FilePermissions permissions, FileStore files)
{
    /// <summary><c>POST /{tenant}/files/{id}/restore</c> → 200 file, also if it is restored already.</summary>
    [Function("files-restore")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/restore")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, caller => FileRetry.Run(async () =>
        {
            var file = await permissions.GetAny(caller, request.RouteValues["id"] as string, inSpace: true);
            if (file.IsListed) return FileJson.File(request, FileResponse.Of(file));
            if (file.Status == FileStatus.Purging) throw FilePermissions.NotFound();
            if (file.Status != FileStatus.Deleted) throw NotDeleted();
            var restored = file.Restore();
            return await files.TryMove(file, restored, default, caller.Cancel) ? FileJson.File(request, FileResponse.Of(restored)) : null;
        }));

    /// <summary>409 <c>file_not_deleted</c>.</summary>
    internal static Problem NotDeleted() => Problem.Conflict("file_not_deleted", "The file is not in the trash.");
}
