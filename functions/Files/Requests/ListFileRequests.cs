using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Lists, reads and closes requests for files, for those who may share their space.</summary>
public sealed class ListFileRequests(TenantPipeline pipeline, Spaces spaces, FileRequestStore requests, TimeProvider clock)
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

    /// <summary><c>GET /{tenant}/requests/{id}</c>. It answers the route's preflights too, also those of DELETE.</summary>
    [Function("requests-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/requests/{id}")] HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.FilesShare, async caller =>
            FileJson.Ok(FileRequestResponse.Of(await Find(caller, http), clock.GetUtcNow())));

    /// <summary><c>DELETE /{tenant}/requests/{id}</c> → 204: closes it at once, also if it is closed already. Its files stay.</summary>
    [Function("requests-close")]
    public Task<IResult> Close(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/requests/{id}")] HttpRequest http) =>
        pipeline.AuthorizeWrite(http, Scopes.FilesShare, async caller =>
        {
            var request = await Find(caller, http);
            _ = await requests.Close(caller.Tenant, request.Id, clock.GetUtcNow(), caller.Cancel) ?? throw NotFound();
            return Results.NoContent();
        });

    async Task<FileRequest> Find(Caller caller, HttpRequest http)
    {
        var request = await requests.Find(caller.Tenant.Id, http.RouteValues["id"] as string, caller.Cancel) ?? throw NotFound();
        await spaces.Ensure(caller, request.Owner, Permission.Share, NotFound);
        return request;
    }

    static Problem NotFound() => Problem.NotFound("request_not_found", "The request was not found.");
}
