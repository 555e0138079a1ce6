using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>A change of a file of the space, or of a folder that exists without files.</summary>
/// <param name="Kind">What happened (<see cref="ChangeKind"/>, in snake case).</param>
/// <param name="Id">The file's id; absent for folders.</param>
/// <param name="At">When.</param>
/// <param name="File">The file as it was listed then; absent if it is gone, and for shares.</param>
/// <param name="Share">The id of the share, if the change is about one and the caller may see shares.</param>
public sealed record ChangeResponse(string Kind, string? Id, DateTime At, FileResponse? File, string? Share)
{
    /// <summary>The folder, if the change is about one.</summary>
    public string? Folder { get; init; }

    /// <summary>The path that the folder had before, if it was moved.</summary>
    public string? From { get; init; }
}

/// <summary>
/// Changes of a space in their order. <c>cursor</c> leads to those that follow, and <c>more</c> says that there are some already.
/// </summary>
public sealed record ChangesResponse(IReadOnlyList<ChangeResponse> Items, string Cursor, bool More);

/// <summary>
/// Says what has changed in a space, for apps that keep a copy of its list. Without a cursor it answers with that of now: an app
/// takes it first, then lists the space, then follows the changes.
/// </summary>
public sealed class ListChanges(TenantPipeline pipeline, Spaces spaces, ChangeFeed feed, ChangeCursors cursors)
{
    /// <summary><c>GET /{tenant}/files/changes?space=&amp;cursor=&amp;limit=</c></summary>
    [Function("files-changes")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files/changes")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var query = Query.Read(request, "space", "cursor", "limit");
            var (tenant, limit) = (caller.Tenant.Id, Paging.Limit(query));
            var after = await cursors.Read(tenant, query, caller.Cancel);
            var owner = await spaces.Find(caller, query["space"], Permission.Read);
            var page = await feed.Read(tenant, owner.SpaceKey(tenant), after, limit, caller.Cancel);
            return FileJson.Ok(await MaySeeShares(caller, owner) ? page
                : page with { Items = [.. page.Items.Select(item => item with { Share = null })] });
        });

    // As ListShares asks for.
    async ValueTask<bool> MaySeeShares(Caller caller, Owner owner) =>
        caller.Token.Scope.Has(Scopes.FilesShare) && await spaces.PermissionIn(caller, owner) >= Permission.Share;
}
