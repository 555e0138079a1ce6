using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Makes a former version of a file the present one again, or deletes it. Neither touches the bytes of another version: a restore only
/// moves rows, and what the file was before becomes a former version.
/// </summary>
public sealed class RestoreVersion(
    TenantPipeline pipeline, FilePermissions permissions, Spaces spaces, VersionStore versions, VersionPurge purge, BlobStore blobs,
    RenditionRequests renditions, ScanRequests scans, TimeProvider clock)
{
    /// <summary>
    /// <c>POST /{tenant}/files/{id}/versions/{version}/restore</c> → 200 file, also if it has this version already.
    /// </summary>
    [Function("files-version-restore")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/versions/{version}/restore")]
        HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var condition = VersionCondition.Read(request, conflict: null);
            var (fileId, id) = (request.RouteValues["id"] as string, request.RouteValues["version"] as string);
            var restored = await FileRetry.Run(async () =>
            {
                var file = await permissions.Get(caller, fileId, Permission.Write);
                caller.Audit.Target = file.Id;
                await VersionTargets.EnsureMaySeeFormer(caller, spaces, file);
                FilePermissions.EnsureAvailable(file);
                if (file.Content == id) return file;
                condition.Ensure(file);
                var version = await versions.Find(file, id, caller.Cancel) ?? throw NotFound();
                await scans.EnsureClean(version, caller.Tenant);
                return await TryRestore(caller, file, version);
            });
            caller.Audit.Detail = $"version {restored.Version}, {restored.Content}";
            await renditions.Ask(restored);
            return FileJson.Ok(FileResponse.Of(restored, caller.Token));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/files/{id}/versions/{version}</c> → 204; 404 once it is gone. It can't be undone, so a share is not enough.
    /// </summary>
    [Function("files-version-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = "{tenant}/files/{id}/versions/{version}")]
        HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var id = request.RouteValues["version"] as string;
            var file = await permissions.GetAny(caller, request.RouteValues["id"] as string, inSpace: true);
            caller.Audit.Target = file.Id;
            if (file.Status != FileStatus.Available) throw FilePermissions.NotFound();
            if (file.Content == id) throw Problem.Conflict("version_current", "This is the file's present version. Delete the file.");
            var version = await versions.Find(file, id, caller.Cancel) ?? throw NotFound();
            caller.Audit.Detail = $"version {version.Version}, {version.Content}";
            await purge.Schedule(file, caller.Cancel); // First, so that the sweep finishes the purge if this process crashes.
            return await purge.TryPurge(version, caller.Cancel) ? Results.NoContent() : throw NotFound();
        });

    /// <summary>404 <c>version_not_found</c>.</summary>
    internal static Problem NotFound() => Problem.NotFound("version_not_found", "The file has no such version any more.");

    async Task<FileRecord?> TryRestore(Caller caller, FileRecord file, FileRecord version)
    {
        if (await blobs.Find(version.Tenant, version.BlobName, caller.Cancel, version.Snapshot) is null)
            throw new Problem(410, "bytes_missing", "The bytes of this version are lost.");
        var (now, limits) = (clock.GetUtcNow(), caller.Tenant.Limits);
        var after = file.With(version, Owner.Of(caller.Token), now);
        await purge.Schedule(file, caller.Cancel);
        var taken = VersionStore.Take(version);
        if (!await versions.TryReplace(file, after, file.Retire(now, limits.VersionTime), default, taken, caller.Cancel)) return null;
        await purge.TryPurgeExcess(after, limits, caller.Cancel);
        return after;
    }
}
