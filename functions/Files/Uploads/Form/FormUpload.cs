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
    TenantPipeline pipeline, FormReceiver intake, FormCompletion completion, FilePermissions permissions, Settings settings)
{
    /// <summary>
    /// <c>POST /{tenant}/files/upload?space=</c> → 201 file, or 200 if the Idempotency-Key has uploaded it before. One part is
    /// the file; the fields <c>name</c>, <c>folder</c>, <c>contentType</c>, <c>md5</c>, <c>sha256</c>, <c>modifiedAt</c>,
    /// <c>takenAt</c>, <c>metadata</c> and <c>tags</c> may precede or follow it; others are ignored.
    /// </summary>
    [Function("files-form")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/upload")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var space = Query.Read(request, "space")["space"];
            var form = new FormReader(request, settings.MultipartBytes);
            var received = await intake.Receive(caller, space, form);
            caller.Audit.Target = received.File.Id;
            if (received.Blocks is null) return FileJson.Ok(FileResponse.Of(received.File));
            var file = await completion.Run(
                received, () => permissions.Get(caller, received.File.Id, Permission.Write), caller.Cancel);
            return FileJson.Created(request, $"{caller.Tenant.Issuer}/files/{file.Id}", FileResponse.Of(file));
        });
}
