using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Scim;

/// <summary>Users (RFC 7644 §3). A directory creates, reads, changes, disables and deletes them.</summary>
public sealed class UserEndpoints(ScimPipeline pipeline, ScimUsers users, UserStore store, GroupStore groups, PageMarks marks)
{
    const string CollectionRoute = "{tenant}/scim/v2/Users";
    const string ItemRoute = CollectionRoute + "/{resource}";

    readonly UserList list = new(store, groups, marks);

    /// <summary><c>GET /{tenant}/scim/v2/Users?filter=&amp;startIndex=&amp;count=&amp;cursor=&amp;attributes=</c> (§3.4.2)</summary>
    [Function("scim-users")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.Run(request, async call => ScimResult.Json(await list.Answer(call, ListQuery.Read(request))));

    /// <summary><c>POST /{tenant}/scim/v2/Users/.search</c> (§3.4.3): the same, with the query in the body.</summary>
    [Function("scim-user-search")]
    public Task<IResult> Search(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute + "/.search")] HttpRequest request) =>
        pipeline.Run(request, async call => ScimResult.Json(await list.Answer(call, ListQuery.Read(await ScimBody.Read(request)))));

    /// <summary><c>POST /{tenant}/scim/v2/Users</c> → 201 (§3.3). 409 <c>uniqueness</c>.</summary>
    [Function("scim-user-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var user = await users.Create(call, await ScimBody.Read(request));
            call.Audit.Target = user.Id;
            return ScimResult.Resource(call.Response, await list.Show(call, user, projection), projection, 201);
        });

    /// <summary><c>GET /{tenant}/scim/v2/Users/{id}</c> (§3.4.1); 304 if the caller knows this version.</summary>
    [Function("scim-user")]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var user = await users.Find(call, Id(request));
            return ScimResult.NotModified(call, Versions.Of(user.ETag))
                ?? ScimResult.Resource(call.Response, await list.Show(call, user, projection), projection);
        });

    /// <summary><c>PUT /{tenant}/scim/v2/Users/{id}</c> (§3.5.1): replaces the user. 403 for an administrator's ways to sign in.</summary>
    [Function("scim-user-replace")]
    public Task<IResult> Replace([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var user = await users.Replace(call, Id(request), await ScimBody.Read(request));
            Describe(call, user);
            return ScimResult.Resource(call.Response, await list.Show(call, user, projection), projection);
        });

    /// <summary><c>PATCH /{tenant}/scim/v2/Users/{id}</c> (§3.5.2): changes the user.</summary>
    [Function("scim-user-patch")]
    public Task<IResult> Patch([HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            var projection = ListQuery.ProjectionOf(request);
            var user = await users.Patch(call, Id(request), await ScimBody.Read(request));
            Describe(call, user);
            return ScimResult.Resource(call.Response, await list.Show(call, user, projection), projection);
        });

    /// <summary><c>DELETE /{tenant}/scim/v2/Users/{id}</c> → 204 (§3.6): for good, with the files of the user's own space.</summary>
    [Function("scim-user-delete")]
    public Task<IResult> Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.Run(request, async call =>
        {
            await users.Delete(call, Id(request));
            return Results.NoContent();
        });

    static void Describe(ScimRequest call, User user) => call.Audit.Detail = user.Disabled ? "disabled" : "enabled";

    static string Id(HttpRequest request) => request.RouteValues["resource"] as string ?? "";
}
