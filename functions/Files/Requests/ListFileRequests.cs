using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Lists, reads and closes requests for files, for those who may share their space, and lists what has come by one, for those who may read
/// there.
/// </summary>
public sealed class ListFileRequests(
    TenantPipeline pipeline, Spaces spaces, FileRequestStore requests, FileListing listing, TimeProvider clock)
{
    /// <summary>
    /// <c>GET /{tenant}/requests?space=&amp;cursor=&amp;limit=</c>, also those that have ended, for 30 days. Preflights: see
    /// <see cref="CreateFileRequest"/>.
    /// </summary>
    [Function("requests-list")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/requests")] HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.FilesShare, async caller =>
        {
            var query = Query.Read(http, "space", "cursor", "limit");
            var (limit, after, tenant, now) = (Paging.Limit(query), Paging.After(query), caller.Tenant.Id, clock.GetUtcNow());
            if (after is not null && !FileRecord.IsId(after)) throw Paging.InvalidCursor();
            var owner = await spaces.Find(caller, query["space"], Permission.Share);
            var found = await requests.List(tenant, owner.SpaceKey(tenant), after, limit, caller.Cancel);
            return FileJson.Ok(new FileRequestsResponse(
                [.. found.Take(limit).Select(request => FileRequestResponse.Of(request, now))],
                Paging.Cursor(found, limit, request => request.Id)));
        });

    /// <summary><c>GET /{tenant}/requests/{id}</c>. It answers the route's preflights too, also those of the others.</summary>
    [Function("requests-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/requests/{id}")] HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.FilesShare, async caller =>
            FileJson.Ok(FileRequestResponse.Of(await Find(requests, spaces, caller, Permission.Share), clock.GetUtcNow())));

    /// <summary>
    /// <c>GET /{tenant}/requests/{id}/files?cursor=&amp;limit=</c>: the files that were handed in by it and are still there, wherever they
    /// are by now, the one that was begun last first. Each says who handed it in.
    /// </summary>
    [Function("requests-files")]
    public Task<IResult> Files(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/requests/{id}/files")] HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.FilesRead, async caller =>
        {
            var query = Query.Read(http, "cursor", "limit");
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            var request = await Find(requests, spaces, caller, Permission.Read);
            var start = RowKeys.ListedByRequestOf(request.Id);
            if (after is not null && !RowKeys.IsTimeKey(start, after)) throw Paging.InvalidCursor();
            var page = await listing.ByKey(new FileQuery(request.Tenant, request.Owner, start, after, limit), caller.Cancel);
            return FileJson.Ok(new FilesResponse([.. page.Files.Select(FileResponse.Of)], Paging.Cursor(page.Next)));
        });

    /// <summary><c>DELETE /{tenant}/requests/{id}</c> → 204: closes it at once, also if it is closed already. Its files stay.</summary>
    [Function("requests-close")]
    public Task<IResult> Close(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/requests/{id}")] HttpRequest http) =>
        pipeline.AuthorizeWrite(http, Scopes.FilesShare, async caller =>
        {
            var request = await Find(requests, spaces, caller, Permission.Share);
            _ = await requests.Close(caller.Tenant, request.Id, clock.GetUtcNow(), caller.Cancel) ?? throw NotFound();
            return Results.NoContent();
        });

    /// <summary>The request in the path.</summary>
    /// <exception cref="Problem">404 <c>request_not_found</c>; 403 <c>insufficient_rights</c>.</exception>
    internal static async Task<FileRequest> Find(FileRequestStore requests, Spaces spaces, Caller caller, Permission needed)
    {
        var request = await requests.Find(caller.Tenant.Id, caller.Http.RouteValues["id"] as string, caller.Cancel) ?? throw NotFound();
        await spaces.Ensure(caller, request.Owner, needed, NotFound);
        return request;
    }

    /// <summary>404 <c>request_not_found</c>.</summary>
    internal static Problem NotFound() => Problem.NotFound("request_not_found", "The request was not found.");
}
