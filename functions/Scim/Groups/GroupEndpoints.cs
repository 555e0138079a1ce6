using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Scim;

/// <summary>Groups (RFC 7644 §3). A directory creates, reads, changes and deletes them, and says who is in them.</summary>
public sealed class GroupEndpoints(ScimPipeline pipeline, ScimGroups groups, GroupStore store, PageMarks marks)
{
    const string CollectionRoute = "{tenant}/scim/v2/Groups";
    const string ItemRoute = CollectionRoute + "/{resource}";

    readonly GroupList list = new(store, marks);

    /// <summary>
    /// <c>GET /{tenant}/scim/v2/Groups?filter=&amp;startIndex=&amp;count=&amp;cursor=&amp;excludedAttributes=members</c> (§3.4.2). Without
    /// <c>excludedAttributes=members</c> it takes one read more for each group of the page.
    /// </summary>
    [Function("scim-groups")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.Run(request, async call => ScimResult.Json(await list.Answer(call, ListQuery.Read(request))));

    /// <summary><c>POST /{tenant}/scim/v2/Groups/.search</c> (§3.4.3): the same, with the query in the body.</summary>
    [Function("scim-group-search")]
    public Task<IResult> Search(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute + "/.search")] HttpRequest request) =>
        pipeline.Run(request, async call => ScimResult.Json(await list.Answer(call, ListQuery.Read(await ScimBody.Read(request)))));

    /// <summary><c>POST /{tenant}/scim/v2/Groups</c> → 201 (§3.3). 409 <c>uniqueness</c>.</summary>
    [Function("scim-group-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var group = await groups.Create(call, await ScimBody.Read(request));
            call.Audit.Target = group.Id;
            return ScimResult.Resource(call.Response, await list.Show(call, group, projection), projection, 201);
        });

    /// <summary><c>GET /{tenant}/scim/v2/Groups/{id}</c> (§3.4.1); 304 if the caller knows this version.</summary>
    [Function("scim-group")]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var group = await groups.Find(call, Id(request));
            return ScimResult.NotModified(call, Versions.Of(group.ETag))
                ?? ScimResult.Resource(call.Response, await list.Show(call, group, projection), projection);
        });

    /// <summary><c>PUT /{tenant}/scim/v2/Groups/{id}</c> (§3.5.1): replaces name and members.</summary>
    [Function("scim-group-replace")]
    public Task<IResult> Replace([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var group = await groups.Replace(call, Id(request), await ScimBody.Read(request));
            return ScimResult.Resource(call.Response, await list.Show(call, group, projection), projection);
        });

    /// <summary>
    /// <c>PATCH /{tenant}/scim/v2/Groups/{id}</c> (§3.5.2) → 204, because a group may have thousands of members; 200 with the group if
    /// the request names <c>attributes</c>.
    /// </summary>
    [Function("scim-group-patch")]
    public Task<IResult> Patch([HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var group = await groups.Patch(call, Id(request), await ScimBody.Read(request));
            if (request.Query.ContainsKey("attributes"))
                return ScimResult.Resource(call.Response, await list.Show(call, group, projection), projection);
            call.Response.Headers.ETag = Versions.Of(group.ETag);
            return Results.NoContent();
        });

    /// <summary><c>DELETE /{tenant}/scim/v2/Groups/{id}</c> → 204 (§3.6). 409 while its space holds files.</summary>
    [Function("scim-group-delete")]
    public Task<IResult> Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            await groups.Delete(call, Id(request));
            return Results.NoContent();
        });

    static string Id(HttpRequest request) => request.RouteValues["resource"] as string ?? "";
}
