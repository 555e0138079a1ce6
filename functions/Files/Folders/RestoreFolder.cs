using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Restores a folder from the trash: what went there with it, and nothing that went there before.</summary>
public sealed class RestoreFolder(TenantPipeline pipeline, Spaces spaces, FolderJobStarter starter)
{
    /// <summary><c>POST /{tenant}/folders/restore</c> <c>{path, space?, deletion?}</c> → 202 job.</summary>
    [Function("folders-restore")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/folders/restore")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<RestoreRequest>(request);
            var path = FolderPath.Read(asked.Path);
            var owner = await spaces.Find(caller, asked.Space, Permission.Write);
            return FolderJobResponse.Accepted(caller, await starter.Restore(caller, owner, path, asked.Deletion));
        });

    sealed record RestoreRequest
    {
        public required string Path { get; init; }

        public string? Space { get; init; }

        /// <summary>The id of the job that has deleted it; the last one of this path if it is left out.</summary>
        public string? Deletion { get; init; }
    }
}
