using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Revokes a share at once. Download URLs that were issued before live on for minutes.</summary>
public sealed class RevokeShare(TenantPipeline pipeline, FilePermissions permissions, ShareStore shares)
{
    /// <summary><c>DELETE /{tenant}/files/{id}/shares/{shareId}</c> → 204.</summary>
    [Function("files-unshare")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = "{tenant}/files/{id}/shares/{shareId}")]
        HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesShare, async caller =>
        {
            var file = await permissions.Get(caller, request.RouteValues["id"] as string, Permission.Share);
            var share = request.RouteValues["shareId"] is string id && Ids.IsBase32(id, 16)
                ? await shares.Find(file.Tenant, file.Id, id, caller.Cancel) : null;
            if (share is null) throw Problem.NotFound("share_not_found", "The share was not found.");
            await shares.Remove(share, caller.Cancel);
            (caller.Audit.Target, caller.Audit.Detail) = (file.Id, share.Description);
            return Results.NoContent();
        });
}
