using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Renames a folder, or moves it to another place of its space, with all that it holds.</summary>
public sealed class MoveFolder(TenantPipeline pipeline, Spaces spaces, FolderJobStarter starter)
{
    /// <summary>
    /// <c>PATCH /{tenant}/folders</c> <c>{path, space?}</c> with <c>to</c>, or with <c>name</c> and <c>folder</c> → 202 job. Path and space
    /// may stand in the query instead. Preflights: see <see cref="MakeFolder"/>.
    /// </summary>
    [Function("folders-move")]
    public Task<IResult> Patch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "{tenant}/folders")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var query = Query.Read(request, "path", "space");
            var asked = await JsonBody.Read<MoveRequest>(request);
            var path = FolderPath.Read(asked.Path ?? query["path"]);
            var to = asked.Target(path);
            var owner = await spaces.Find(caller, asked.Space ?? query["space"], Permission.Write);
            return FolderJobResponse.Accepted(caller, await starter.Move(caller, owner, path, to));
        });

    sealed record MoveRequest
    {
        public string? Path { get; init; }

        public string? Space { get; init; }

        /// <summary>The path from now on.</summary>
        public string? To { get; init; }

        /// <summary>The name from now on.</summary>
        public string? Name { get; init; }

        /// <summary>The folder that it is in from now on; empty for the root.</summary>
        public string? Folder { get; init; }

        public string Target(string path) => (To, Name, Folder) switch
        {
            ({ } to, null, null) => FolderPath.Read(to),
            (null, not null, _) or (null, _, not null) => FolderPath.Join(
                Folder is null ? FileRows.Parent(path) : FileName.ReadFolder(Folder), Name ?? FolderPath.NameOf(path)),
            _ => throw Problem.InvalidField("to", "must be given, or name or folder or both of these instead"),
        };
    }
}
