using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Copies a folder with all that it holds, on request into another space.</summary>
public sealed class CopyFolder(TenantPipeline pipeline, Spaces spaces, FolderJobStarter starter)
{
    /// <summary><c>POST /{tenant}/folders/copy</c> <c>{path, space?, to, toSpace?}</c> → 202 job.</summary>
    [Function("folders-copy")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/folders/copy")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<CopyRequest>(request);
            var (path, to) = (FolderPath.Read(asked.Path), FolderPath.Read(asked.To));
            var source = await spaces.Find(caller, asked.Space, Permission.Read);
            var owner = await spaces.Find(caller, asked.ToSpace ?? asked.Space, Permission.Write);
            return FolderJobResponse.Accepted(caller, await starter.Copy(caller, source, path, owner, to));
        });

    sealed record CopyRequest
    {
        public required string Path { get; init; }

        public string? Space { get; init; }

        /// <summary>The path of the copy.</summary>
        public required string To { get; init; }

        /// <summary>The space of the copy; the folder's if it is left out.</summary>
        public string? ToSpace { get; init; }
    }
}
