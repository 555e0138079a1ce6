using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Moves a folder with all that it holds to the trash.</summary>
public sealed class DeleteFolder(TenantPipeline pipeline, Spaces spaces, FolderJobStarter starter)
{
    /// <summary><c>DELETE /{tenant}/folders?path=&amp;space=</c> → 202 job. Preflights: see <see cref="MakeFolder"/>.</summary>
    [Function("folders-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/folders")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var query = Query.Read(request, "path", "space");
            var path = FolderPath.Read(query["path"]);
            var owner = await spaces.Find(caller, query["space"], Permission.Write);
            return FolderJobResponse.Accepted(caller, await starter.Delete(caller, owner, path));
        });
}
