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
public sealed class CompleteUpload(TenantPipeline pipeline, FilePermissions permissions, Completion completion)
{
    const int MaxBodyBytes = 5 << 20; // 50,000 block ids of the longest form.

    /// <summary>
    /// <c>POST /{tenant}/files/{id}/complete</c> → 200. The body is empty or <c>{}</c>, or has the <c>blocks</c> that make up the
    /// file: their number, or a list of their ids.
    /// </summary>
    [Function("files-complete")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/{id}/complete")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var blocks = await ReadBlocks(request);
            var file = await completion.Run(
                () => permissions.Get(caller, request.RouteValues["id"] as string, Permission.Write),
                blocks is null ? null : blocks.Select, caller.Cancel);
            return FileJson.Ok(FileResponse.Of(file, caller.Token));
        });

    static async Task<BlockChoice?> ReadBlocks(HttpRequest request)
    {
        if (request.ContentLength is 0) return null;
        if (request.ContentType is not null) return Read(await JsonBody.Read<CompleteRequest>(request, MaxBodyBytes));
        // Many clients send {} without a Content-Type. Such a body is read as JSON.
        var body = await Body.Bytes(request, MaxBodyBytes);
        return body.Length == 0 ? null : Read(JsonBody.Read<CompleteRequest>(body));
    }

    static BlockChoice? Read(CompleteRequest asked) => asked.Blocks is { } blocks ? BlockChoice.Read(blocks) : null;

    sealed record CompleteRequest
    {
        public JsonElement? Blocks { get; init; }
    }
}
