using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Begins an upload by tus (extensions creation and creation-with-upload), for libraries that speak it. The file is staged and
/// checked like any other upload, but the bytes pass through the function.
/// </summary>
public sealed class TusCreation(
    TenantPipeline pipeline, Spaces spaces, VersionTargets targets, UploadStarter uploads, UploadKeys keys, TusProgress progress,
    Settings settings, TimeProvider clock)
{
    /// <summary><c>POST /{tenant}/tus</c> → 201; the Location ends with the file's id. <c>OPTIONS</c> lists what is supported.</summary>
    [Function("tus-create")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/tus")] HttpRequest request)
    {
        TusProtocol.SetHeaders(request, settings);
        return pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            TusProtocol.CheckVersion(request);
            var (file, target) = await ReadRecord(caller, request);
            caller.Audit.Target = file.Id;
            if (target is not null) caller.Audit.Detail = $"to replace {target.File.Id}";
            var hasBody = request.ContentLength > 0 || request.ContentType is not null;
            if (hasBody) TusProtocol.AllowBody(request);
            var begun = await keys.Find(file, caller.Cancel) ?? await Begin(caller, file, target);
            caller.Audit.Target = begun.Id;
            var response = request.HttpContext.Response;
            response.Headers.Location = $"{caller.Tenant.Issuer}/tus/{begun.Id}";
            // Begun before: the client continues at the offset that it is told, whatever this request brings.
            if (begun.Id != file.Id) await progress.ReportOffset(caller, begun, response);
            else if (hasBody) await progress.ReceivePiece(caller, file, 0, request);
            else if (file.Size == 0) await progress.ReportOffset(caller, file, response); // No piece will follow that would complete it.
            else response.Headers["Upload-Expires"] = TusProtocol.Expires(file);
            return Results.StatusCode(StatusCodes.Status201Created);
        });
    }

    Task<FileRecord> Begin(Caller caller, FileRecord file, VersionTarget? target)
    {
        target?.EnsureDue();
        return uploads.Begin(caller, file, url: null);
    }

    async Task<(FileRecord File, VersionTarget? Target)> ReadRecord(Caller caller, HttpRequest request)
    {
        if (request.Headers.ContainsKey("Upload-Defer-Length") || request.Headers.ContainsKey("Upload-Concat"))
            throw Problem.BadRequest("not_supported", "The tus extensions creation-defer-length and concatenation are not supported.");
        var size = TusProtocol.ReadBytes(request, "Upload-Length");
        if (size > TusProtocol.MaxSize(settings))
            throw new Problem(413, "file_too_large", $"The file is too large: the limit for tus is {TusProtocol.MaxSize(settings)} bytes.");
        var header = request.Headers["Upload-Metadata"].ToString();
        var asked = TusMetadata.Read(header, size);
        var (tenant, client, now) = (caller.Tenant, caller.Token.ClientId, clock.GetUtcNow());
        var target = asked.Replaces is null ? null
            : await targets.Find(caller, asked.Replaces, VersionCondition.Read(request, asked.Conflict));
        var file = target?.RecordOf(asked, asked.Name, tenant, client, settings, now) ?? asked.ToRecord(
            asked.Name ?? "upload", tenant, await spaces.Find(caller, asked.Space, Permission.Write), client, settings, now);
        return (file with
        {
            BlockSize = null,
            TusMetadata = header,
            UploadKey = IdempotencyKey.Read(request, Owner.Of(caller.Token), client),
        }, target);
    }
}
