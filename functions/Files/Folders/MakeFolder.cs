using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>Makes a folder, and those above it that are missing. It stays when nothing is in it.</summary>
public sealed class MakeFolder(TenantPipeline pipeline, Spaces spaces, Folders folders, FolderJobStarter starter, SpaceQuota spaceQuota)
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
                // A job that begins at this moment is no harm: the folder stays then, like a file that is uploaded meanwhile.
                await starter.FindFree(caller, partition, path, reads: true);
                if (await folders.Find(partition, path, caller.Cancel) is not null) throw FolderJobStarter.Exists();
                var rows = FolderState.Make(partition, path);
                var change = new UsageChange { Folders = 1, Change = FileChange.OfFolder(ChangeKind.FolderCreated, owner, path) };
                return await spaceQuota.TryTransact(tenant, space, change, [.. rows], caller.Cancel) ? path : null;
            });
            caller.Audit.Detail = $"{owner.SpaceName}: {path}";
            var inSpace = asked.Space is null ? "" : $"&space={Uri.EscapeDataString(owner.SpaceName)}";
            return FileJson.Created(request, $"{caller.Tenant.Issuer}/files?folder={Uri.EscapeDataString(path)}{inSpace}",
                new FolderResponse(path, FolderPath.NameOf(path), owner.SpaceName));
        });

    sealed record MakeRequest
    {
        public required string Path { get; init; }

        /// <summary>The space (<see cref="Spaces.Find"/>); the caller's own if it is left out.</summary>
        public string? Space { get; init; }
    }
}
