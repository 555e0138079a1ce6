using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Deletes a file (<see cref="FileDeletion"/>).</summary>
public sealed class DeleteFile(TenantPipeline pipeline, FilePermissions permissions, FileDeletion deletion, Folders folders)
{
    /// <summary>
    /// <c>DELETE /{tenant}/files/{id}?permanent=true</c> → 204, also if the file is in the trash already; 404 once it is purged.
    /// Preflights: see <see cref="ReadFile"/>.
    /// </summary>
    [Function("files-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/files/{id}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var permanent = Query.Read(request, "permanent").Flag("permanent");
            return await FileRetry.Run(async () =>
            {
                var file = await permissions.GetAny(caller, request.RouteValues["id"] as string, inSpace: permanent);
                return await TryDelete(file, permanent, caller.Cancel) ? Results.NoContent() : null;
            });
        });

    async Task<bool> TryDelete(FileRecord file, bool permanent, CancellationToken cancel)
    {
        if (!await deletion.TryDelete(file, permanent, cancel)) return false;
        if (file.IsListed) await folders.RemoveIfEmpty(file, cancel);
        return true;
    }
}
