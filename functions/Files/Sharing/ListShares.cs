using Latchkey.Access;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Lists the shares of a file, for those who may share it.</summary>
public sealed class ListShares(TenantPipeline pipeline, FilePermissions permissions, ShareStore shares, TimeProvider clock)
{
    /// <summary>
    /// <c>GET /{tenant}/files/{id}/shares</c>, without expired shares. Preflights: see <see cref="ShareFile"/>.
    /// </summary>
    [Function("files-shares")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/files/{id}/shares")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesShare, async caller =>
        {
            var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Share);
            var now = clock.GetUtcNow();
            var all = await shares.AllOf(file.Tenant, file.Id, caller.Cancel);
            return FileJson.Ok(new SharesResponse([.. all.Where(share => share.IsLive(now)).Select(share => ShareResponse.Of(share))]));
        });
}
