using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>One upload by tus: its offset (HEAD), the next piece (PATCH), and termination (DELETE).</summary>
public sealed class TusUpload(TenantPipeline pipeline, TusProgress progress, FilePurge purge, Settings settings)
{
    /// <summary>
    /// <c>HEAD, PATCH, DELETE /{tenant}/tus/{id}</c>, or <c>POST</c> with X-HTTP-Method-Override. After the last piece the file is
    /// checked and completed. If something is wrong with it, PATCH answers as <see cref="CompleteUpload"/> does.
    /// </summary>
    [Function("tus-upload")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "head", "patch", "delete", "post", "options", Route = "{tenant}/tus/{id}")]
        HttpRequest request)
    {
        TusProtocol.SetHeaders(request, settings);
        return pipeline.AuthorizeWrite(request, Scopes.FilesWrite, caller =>
        {
            TusProtocol.CheckVersion(request);
            var method = TusProtocol.EffectiveMethod(request);
            if (method is "HEAD" or "PATCH" or "DELETE") caller.Audit.Detail = method;
            return method switch
            {
                "HEAD" => Head(caller, request),
                "PATCH" => Patch(caller, request),
                "DELETE" => Delete(caller, request),
                _ => throw Problem.BadRequest("invalid_header", "X-HTTP-Method-Override must be HEAD, PATCH or DELETE."),
            };
        });
    }

    async Task<IResult> Head(Caller caller, HttpRequest request)
    {
        var file = await progress.Find(caller, request.RouteValues["id"] as string);
        await progress.ReportOffset(caller, file, request.HttpContext.Response);
        var headers = request.HttpContext.Response.Headers;
        headers["Upload-Length"] = file.Size.ToString(CultureInfo.InvariantCulture);
        // The names on somebody else's device are theirs.
        var isOwn = file.UploadedBy is not { } who || who == Owner.Of(caller.Token);
        if (isOwn && file.TusMetadata is { Length: > 0 } metadata) headers["Upload-Metadata"] = metadata;
        return Results.StatusCode(StatusCodes.Status200OK);
    }

    async Task<IResult> Patch(Caller caller, HttpRequest request)
    {
        TusProtocol.AllowBody(request);
        var offset = TusProtocol.ReadBytes(request, "Upload-Offset");
        var file = await progress.Find(caller, request.RouteValues["id"] as string);
        await progress.ReceivePiece(caller, file, offset, request);
        return Results.NoContent();
    }

    async Task<IResult> Delete(Caller caller, HttpRequest request)
    {
        while (true)
        {
            var file = await progress.Find(caller, request.RouteValues["id"] as string);
            if (file.Status != FileStatus.Pending)
            {
                var id = file.Status == FileStatus.Version ? file.Replaces : file.Id;
                throw Problem.Conflict("upload_complete",
                    $"The upload is complete. To remove it, delete the file {caller.Tenant.Issuer}/files/{id}.");
            }
            if (await purge.TryPurge(file, isDue: false, caller.Cancel)) return Results.NoContent();
        }
    }
}
