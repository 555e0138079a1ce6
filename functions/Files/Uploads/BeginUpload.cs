using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Begins an upload: records what the caller declares and answers with the request that sends the bytes. They go straight to
/// storage. Nobody sees the file before <see cref="CompleteUpload"/> has checked them.
/// </summary>
public sealed class BeginUpload(
    TenantPipeline pipeline, Spaces spaces, UploadStarter uploads, UploadKeys keys, UploadState state, FileUrls urls, Settings settings,
    TimeProvider clock)
{
    /// <summary>
    /// <c>POST /{tenant}/files</c> → 201, or 200 with the progress if the Idempotency-Key has begun the file before. It answers the route's
    /// preflights too, also those of GET.
    /// </summary>
    [Function("files-begin")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<BeginRequest>(request);
            var owner = await spaces.Find(caller, asked.Space, Permission.Write);
            var file = asked.ToRecord(caller.Tenant, owner, caller.Token.ClientId, settings, clock.GetUtcNow()) with
            {
                UploadKey = IdempotencyKey.Read(request, Owner.Of(caller.Token), caller.Token.ClientId),
            };
            if (await keys.Find(file, caller.Cancel) is { } before) return await Again(caller, request, before);
            var url = await urls.Upload(caller, file);
            var begun = await uploads.Begin(caller, file, url); // Last, so that a failure before it leaves nothing behind.
            if (begun.Id != file.Id) return await Again(caller, request, begun);
            return FileJson.Created(request, $"{caller.Tenant.Issuer}/files/{file.Id}",
                new BeginUploadResponse(file.Id, "pending", UploadResponse.Of(file, url)));
        });

    async Task<IResult> Again(Caller caller, HttpRequest request, FileRecord file)
    {
        request.HttpContext.Response.Headers.Location = $"{caller.Tenant.Issuer}/files/{file.Id}";
        return FileJson.Ok(await state.Of(caller, file));
    }
}
