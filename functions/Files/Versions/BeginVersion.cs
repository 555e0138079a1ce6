using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Begins an upload that replaces the bytes of a file. It is an upload like any other, with an id and a blob of its own; the file keeps
/// its bytes until the upload is complete (<see cref="Replacement"/>), and its id, name, folder, shares and links afterwards.
/// </summary>
public sealed class BeginVersion(
    TenantPipeline pipeline, VersionTargets targets, UploadStarter uploads, UploadKeys keys, UploadState state, FileUrls urls,
    Settings settings, TimeProvider clock)
{
    /// <summary>
    /// <c>POST /{tenant}/files/{id}/versions</c> → 201 as a begin, with the id of the upload; 200 with its progress if the
    /// Idempotency-Key has begun it before. Preflights: see <see cref="ListVersions"/>.
    /// </summary>
    [Function("files-version-begin")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/files/{id}/versions")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<VersionRequest>(request);
            var condition = VersionCondition.Read(request, asked.Conflict);
            var target = await targets.Find(caller, request.RouteValues["id"] as string, condition);
            var upload = target.RecordOf(asked, asked.Name, caller.Tenant, caller.Token.ClientId, settings, clock.GetUtcNow()) with
            {
                UploadKey = IdempotencyKey.Read(request, Owner.Of(caller.Token), caller.Token.ClientId),
            };
            if (await keys.Find(upload, caller.Cancel) is { } before) return await Again(caller, request, before);
            target.EnsureDue();
            var url = await urls.Upload(caller, upload);
            caller.Audit.Detail += $", to replace {target.File.Id}";
            var begun = await uploads.Begin(caller, upload, url); // Last, so that a failure before it leaves nothing behind.
            if (begun.Id != upload.Id) return await Again(caller, request, begun);
            return FileJson.Created(request, $"{caller.Tenant.Issuer}/files/{upload.Id}",
                new BeginUploadResponse(upload.Id, "pending", UploadResponse.Of(upload, url)));
        });

    async Task<IResult> Again(Caller caller, HttpRequest request, FileRecord upload)
    {
        var progress = await state.Of(caller, upload);
        request.HttpContext.Response.Headers.Location = $"{caller.Tenant.Issuer}/files/{progress.Id}";
        return FileJson.Ok(progress);
    }

    sealed record VersionRequest : UploadRequest
    {
        /// <summary>The name of the copy, if there is a conflict; the file's if it is left out. The file keeps its own.</summary>
        public string? Name { get; init; }

        /// <summary><c>fail</c> (the default) or <c>copy</c>: what becomes of the bytes if the file has another version by then.</summary>
        public string? Conflict { get; init; }
    }
}
