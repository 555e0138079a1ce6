using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>Makes a folder, and those above it that are missing. It stays when nothing is in it.</summary>
public sealed class MakeFolder(TenantPipeline pipeline, Spaces spaces, Folders folders, SpaceQuota spaceQuota)
{
    /// <summary><c>POST /{tenant}/folders</c> <c>{path, space?}</c> → 201. It answers the route's preflights too.</summary>
    [Function("folders-make")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/folders")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<MakeRequest>(request);
            var path = FolderPath.Read(asked.Path);
            var owner = await spaces.Find(caller, asked.Space, Permission.Write);
            var (tenant, space) = (caller.Tenant.Id, owner.SpaceKey(caller.Tenant.Id));
            var partition = Storage.RowKeys.Space(tenant, space);
            await FileRetry.Run(async () =>
            {
                var line = await folders.FindLine(partition, path, caller.Cancel);
                if (line.Any(folder => folder.Job is not null)) throw FolderJobStarter.Busy();
                if (line.Any(folder => folder.Path == path)) throw FolderJobStarter.Exists();
                var rows = FolderState.Make(partition, path);
                return await spaceQuota.TryTransact(tenant, space, new UsageChange { Folders = 1 }, [.. rows], caller.Cancel)
                    ? path : null;
            });
            return FileJson.Created(request, $"{caller.Tenant.Issuer}/files?folder={Uri.EscapeDataString(path)}",
                new FolderResponse(path, FolderPath.NameOf(path), owner.SpaceName));
        });

    sealed record MakeRequest
    {
        public required string Path { get; init; }

        /// <summary>The space (<see cref="Spaces.Find"/>); the caller's own if it is left out.</summary>
        public string? Space { get; init; }
    }
}
