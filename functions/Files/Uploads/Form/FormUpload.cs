using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Uploads a small file in one multipart form (RFC 7578): begin, bytes and complete in one request. It is for the web versions of
/// upload plugins, which can't send anything else. The bytes pass through the function, so their size is bounded.
/// </summary>
public sealed class FormUpload(
    TenantPipeline pipeline, FormReceiver intake, FormCompletion completion, FilePermissions permissions, VersionTargets targets,
    Settings settings)
{
    /// <summary>
    /// <c>POST /{tenant}/files/upload?space=</c> → 201 file, or 200 if the Idempotency-Key has uploaded it before. One part is
    /// the file; the fields <c>name</c>, <c>folder</c>, <c>contentType</c>, <c>md5</c>, <c>sha256</c>, <c>modifiedAt</c>,
    /// <c>takenAt</c>, <c>metadata</c> and <c>tags</c> may precede or follow it; others are ignored. With <c>?replaces=</c> a file,
    /// and <c>conflict=</c>, the bytes replace those of that file, → 200; If-Match counts as at <see cref="BeginVersion"/>.
    /// </summary>
    [Function("files-form")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/upload")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var query = Query.Read(request, "space", "replaces", "conflict");
            var target = await Target(caller, query);
            var received = await intake.Receive(caller, query["space"], target, new FormReader(request, settings.MultipartBytes));
            caller.Audit.Target = received.File.Id;
            if (target is not null) caller.Audit.Detail = $"to replace {target.File.Id}";
            if (received.Blocks is null) return FileJson.Ok(FileResponse.Of(await Known(caller, received.File), caller.Token));
            var file = await completion.Run(received, () => targets.FindUnfinished(caller, received.File.Id), caller.Cancel);
            var answer = FileResponse.Of(file, caller.Token);
            return file.Id != received.File.Id ? FileJson.Ok(answer)
                : FileJson.Created(request, $"{caller.Tenant.Issuer}/files/{file.Id}", answer);
        });

    async Task<VersionTarget?> Target(Caller caller, Query query)
    {
        if (query["replaces"] is not { } id)
        {
            return query["conflict"] is null ? null
                : throw Problem.BadRequest("invalid_query", "conflict can be used only with replaces.");
        }
        if (query["space"] is not null) throw Problem.BadRequest("invalid_query", "space can't be used with replaces.");
        var target = await targets.Find(caller, id, VersionCondition.Read(caller.Http, query["conflict"]));
        // With a key it may have replaced the file before: then its answer is the file.
        if (!caller.Http.Headers.ContainsKey(IdempotencyKey.Header)) target.EnsureDue();
        return target;
    }

    // What a key has uploaded before; the file, if that has become a version of it.
    async Task<FileRecord> Known(Caller caller, FileRecord file) =>
        file.Status == FileStatus.Version ? await permissions.GetUpload(caller, file.Id) : file;
}
