using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>A change of a file of the space.</summary>
/// <param name="Kind">What happened (<see cref="ChangeKind"/>, in lower case).</param>
/// <param name="Id">The file's id.</param>
/// <param name="At">When.</param>
/// <param name="File">The file as it was listed then; absent if it is gone, and for shares.</param>
/// <param name="Share">The id of the share, if the change is about one.</param>
public sealed record ChangeResponse(string Kind, string Id, DateTime At, FileResponse? File, string? Share);

/// <summary>
/// Changes of a space in their order. <c>cursor</c> leads to those that follow, and <c>more</c> says that there are some already.
/// </summary>
public sealed record ChangesResponse(IReadOnlyList<ChangeResponse> Items, string Cursor, bool More);

/// <summary>
/// Says what has changed in a space, for apps that keep a copy of its list. Without a cursor it answers with that of now: an app
/// takes it first, then lists the space, then follows the changes.
/// </summary>
public sealed class ListChanges(TenantPipeline pipeline, Spaces spaces, ChangeFeed feed)
{
    /// <summary><c>GET /{tenant}/files/changes?space=&amp;cursor=&amp;limit=</c></summary>
    [Function("files-changes")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/changes")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var query = Query.Read(request, "space", "cursor", "limit");
            var (limit, after) = (Paging.Limit(query), ChangeCursor.Read(query));
            var owner = await spaces.Find(caller, query["space"], Permission.Read);
            return FileJson.Ok(await feed.Read(caller.Tenant.Id, owner.SpaceKey(caller.Tenant.Id), after, limit, caller.Cancel));
        });
}
