using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Deletes a file: moves it to the trash, or purges it. A file that is not complete, not scanned yet or infected is always purged.
/// </summary>
public sealed class DeleteFile(
    TenantPipeline pipeline, FilePermissions permissions, FileStore files, Folders folders, FilePurge purge, FileSchedule schedule,
    Settings settings, TimeProvider clock)
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
        if (file.Status == FileStatus.Deleted && !permanent) return true;
        var done = permanent || file.Status != FileStatus.Available
            ? await purge.TryPurge(file, isDue: false, cancel)
            : await TryTrash(file, cancel);
        if (done && file.IsListed) await folders.RemoveIfEmpty(file, cancel);
        return done;
    }

    async Task<bool> TryTrash(FileRecord file, CancellationToken cancel)
    {
        var deleted = file.Delete(clock.GetUtcNow(), settings.TrashTime);
        // First: an unneeded entry in the schedule does no harm, but without one the file would stay forever.
        await schedule.Add(deleted, deleted.PurgeAfter!.Value, cancel);
        return await files.TryMove(file, deleted, default, cancel);
    }
}
