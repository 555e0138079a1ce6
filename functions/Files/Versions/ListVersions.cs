using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Lists a file's versions, and leads to their bytes. Only those who may write in its space see former ones: to whom the file is
/// shared sees what it is now, and not what was taken out of it before.
/// </summary>
public sealed class ListVersions(
    TenantPipeline pipeline, FilePermissions permissions, Spaces spaces, VersionStore versions, ScanRequests scans, FileUrls urls,
    TimeProvider clock)
{
    /// <summary>
    /// <c>GET /{tenant}/files/{id}/versions</c>. There are few more than the tenant keeps, so there are no pages. It answers the
    /// route's preflights too, also those of POST.
    /// </summary>
    [Function("files-versions")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}/versions")]
        HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var file = await Find(caller, request);
            var former = KeptVersions.Of(await versions.List(file, caller.Cancel), caller.Tenant.Limits, clock.GetUtcNow())
                .Where(one => one.Until is not null).Select(one => one.Version with { PurgeAfter = one.Until });
            return FileJson.Ok(new VersionsResponse(VersionResponse.Of(file), [.. former.Select(VersionResponse.Of)]));
        });

    /// <summary><c>GET /{tenant}/files/{id}/versions/{version}/download</c> → <c>{url, expiresAt}</c>, as for the file itself.</summary>
    [Function("files-version-download")]
    public Task<IResult> Download(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/{id}/versions/{version}/download")]
        HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var inline = Files.Download.IsInline(request);
            var file = await Find(caller, request);
            var id = request.RouteValues["version"] as string;
            var version = file;
            if (file.Content != id)
            {
                version = await versions.Find(file, id, caller.Cancel) ?? throw RestoreVersion.NotFound();
                await scans.EnsureClean(version, caller.Tenant);
                version = version with { Status = FileStatus.Available, Name = file.Name };
            }
            Files.Download.EnsureServable(version);
            var url = await urls.Download(caller, version, inline);
            caller.Audit.Detail += $", version {version.Version}";
            return FileJson.Ok(DownloadResponse.Of(url));
        });

    async Task<FileRecord> Find(Caller caller, HttpRequest request)
    {
        var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Write);
        caller.Audit.Target = file.Id;
        if (!file.HasArrived) Files.Download.EnsureServable(file);
        await VersionTargets.EnsureMaySeeFormer(caller, spaces, file);
        return file;
    }
}
