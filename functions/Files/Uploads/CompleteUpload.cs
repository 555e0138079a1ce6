using System.Text.Json;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Completes an upload (<see cref="Completion"/>). A client that lost the response sends the same request again: once the file is
/// available, the answer is the file.
/// </summary>
public sealed class CompleteUpload(TenantPipeline pipeline, VersionTargets targets, Completion completion)
{
    const int MaxBodyBytes = 5 << 20; // 50,000 block ids of the longest form.

    /// <summary>
    /// <c>POST /{tenant}/files/{id}/complete</c> → 200. The body is empty or <c>{}</c>, or has the <c>blocks</c> that make up the
    /// file: their number, or a list of their ids. If the upload is to replace a file (<see cref="BeginVersion"/>), the answer is that
    /// file, and If-Match and <c>conflict</c> count as they do there.
    /// </summary>
    [Function("files-complete")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/complete")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await Read(request);
            var blocks = asked.Blocks is { } sent ? BlockChoice.Read(sent) : null;
            var condition = VersionCondition.Read(request, asked.Conflict);
            var file = await completion.Run(
                () => targets.FindUnfinished(caller, request.RouteValues["id"] as string, condition.Copy),
                blocks is null ? null : blocks.Select, caller.Cancel, condition);
            if (file.ContentId is { } replaced && replaced == request.RouteValues["id"] as string)
                (caller.Audit.Target, caller.Audit.Detail) = (file.Id, $"version {file.Version}, {replaced}");
            return FileJson.Ok(FileResponse.Of(file, caller.Token));
        });

    static async Task<CompleteRequest> Read(HttpRequest request)
    {
        if (request.ContentLength is 0) return new();
        if (request.ContentType is not null) return await JsonBody.Read<CompleteRequest>(request, MaxBodyBytes);
        // Many clients send {} without a Content-Type. Such a body is read as JSON.
        var body = await Body.Bytes(request, MaxBodyBytes);
        return body.Length == 0 ? new() : JsonBody.Read<CompleteRequest>(body);
    }

    sealed record CompleteRequest
    {
        public JsonElement? Blocks { get; init; }

        /// <summary>
        /// <c>copy</c>: if the upload was to replace a file that has another version by now, it becomes a file beside it.
        /// </summary>
        public string? Conflict { get; init; }
    }
}
