using Azure;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Completes a file: the upload is checked, then the record becomes available and listed in one write. Until that
/// write nothing has happened that a repetition would not do again, so whoever died or lost the answer sends the same
/// request again; after it the answer is the file.
/// </summary>
public sealed class CompleteUpload(Gate gate, FileRights rights, FileStore files, UploadCheck check, TimeProvider clock)
{
    const int Attempts = 5;

    /// <summary><c>POST /{tenant}/files/{id}/complete</c> → 200; the body is empty or <c>{}</c>.</summary>
    [Function("files-complete")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/complete")] HttpRequest request) =>
        gate.Change(request, Scopes.FilesWrite, async caller =>
        {
            await ReadBody(request);
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var file = await rights.Get(caller, request.RouteValues["id"] as string, Right.Write);
                if (file.Status == FileStatus.Available) return FileJson.Ok(FileAnswer.Of(file));
                if (file.Status == FileStatus.Copying) throw FileRights.Copying();
                if (!await Passes(file, caller.Cancel)) continue;
                var available = file.Complete(clock.GetUtcNow());
                if (await files.TryComplete(available, caller.Cancel)) return FileJson.Ok(FileAnswer.Of(available));
            }
            throw Problem.Conflict("upload_unfinished", "The upload keeps changing; try again later.");
        });

    // False if somebody else completed or deleted the same file meanwhile: the record then says what to answer.
    async Task<bool> Passes(FileRecord file, CancellationToken cancel)
    {
        try
        {
            await check.Pass(file, cancel);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    static async Task ReadBody(HttpRequest request)
    {
        if (request.ContentLength is 0) return;
        if (request.ContentType is not null) await JsonBody.Read<CompleteRequest>(request);
        else if ((await Body.Bytes(request)).Length > 0)
            throw new Problem(415, "unsupported_media_type", "The body must be empty or application/json.");
    }

    sealed record CompleteRequest;
}
