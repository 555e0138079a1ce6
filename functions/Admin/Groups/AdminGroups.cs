using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The tenant's groups, which share a space of files. A group without an owner does no harm: whoever administers the
/// tenant can name another (<see cref="AdminMembers"/>).
/// </summary>
public sealed class AdminGroups(TenantPipeline pipeline, GroupStore groups, UserStore users, SpaceRemoval spaces, SpaceQuota usage)
{
    const string Many = "{tenant}/admin/groups";
    const string One = "{tenant}/admin/groups/{group}";

    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1); // The front end gives up after 230 seconds.

    /// <summary><c>GET /{tenant}/admin/groups?cursor=&amp;limit=</c> → <c>{groups, cursor}</c></summary>
    [Function("admin-groups")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Many)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var found = await groups.List(caller.Tenant.Id, Paging.After(query), limit + 1, caller.Cancel);
            var next = found.Count > limit ? found[limit - 1].Id : null;
            return Results.Json(new { groups = found.Take(limit).Select(group => new { group.Id, group.Name }), cursor = Paging.Cursor(next) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/groups</c> <c>{id, name?, owner?}</c> → 201; owner is a user's id. 409 <c>group_exists</c>, and
    /// <c>group_has_files</c> while files or shares of a group that had this id are there: delete that one first.
    /// </summary>
    [Function("admin-group-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Many)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var (tenant, body) = (caller.Tenant, await JsonBody.Read<NewGroup>(request));
            if (!Group.IsId(body.Id)) throw Input.Fault("id", "must be 1 to 64 of letters, digits, '-', '.' and '_'");
            var group = new Group(body.Id, body.Name is null ? body.Id : Input.Shown("name", body.Name));
            if (body.Owner is { } owner && (!Storage.Ids.IsId(owner) || await users.Find(tenant, owner, caller.Cancel) is null))
                throw Input.Fault("owner", "must be a user's id");
            if (await groups.FindGroup(tenant.Id, group.Id, caller.Cancel) is null) await EnsureClear(tenant, group.Id, caller.Cancel);
            if (!await groups.TryCreate(tenant.Id, group, body.Owner, caller.Cancel))
                throw Problem.Conflict("group_exists", "There is a group of this id.");
            caller.Audit.Target = group.Id;
            return Results.Json(new { group.Id, group.Name }, statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/groups/{group}</c> → <c>{id, name, usage: {bytes, files, pending}}</c></summary>
    [Function("admin-group")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var group = await Find(request, caller);
            var used = await usage.Read(caller.Tenant.Id, Owner.Group(group.Id).SpaceKey(caller.Tenant.Id), caller.Cancel);
            return Results.Json(new { group.Id, group.Name, usage = new { used.Bytes, used.Files, used.Pending } });
        });

    /// <summary><c>PATCH /{tenant}/admin/groups/{group}</c> <c>{name}</c></summary>
    [Function("admin-group-change")]
    public Task<IResult> Rename(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var name = Input.Shown("name", (await JsonBody.Read<NewName>(request)).Name);
            var group = new Group(Id(request), name);
            if (!await groups.TryRename(caller.Tenant.Id, group, caller.Cancel)) throw NotFound();
            return Results.Json(new { group.Id, group.Name });
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/groups/{group}?files=purge</c> → 204. A group with files is refused, 409
    /// <c>group_has_files</c> with their number, unless <c>files=purge</c> says that they are to go for good; 202 if that was
    /// more than a minute's work: send it again. Its memberships and the shares with it go in any case.
    /// </summary>
    [Function("admin-group-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var (tenant, id, cancel) = (caller.Tenant.Id, Id(request), caller.Cancel);
            var purge = Query.Read(request, "files")["files"] switch
            {
                null => false,
                "purge" => true,
                _ => throw Problem.BadRequest("invalid_query", "files can only be purge."),
            };
            var owner = Owner.Group(id);
            // What was written by somebody who had just been a member can be there without the group.
            if (await groups.FindGroup(tenant, id, cancel) is null && await spaces.IsEmpty(tenant, owner, cancel)) throw NotFound();
            if (!purge && await spaces.CountFiles(tenant, owner, cancel) is > 0 and var files) throw HasFiles(files);
            // The members first: from then on nobody writes. The group's row last: until then the same again goes on.
            if (purge) caller.Audit.Detail = "with its files";
            await groups.RemoveMembers(tenant, id, cancel);
            cancel = CancellationToken.None; // What has begun is finished, whether or not the caller is still there.
            if (!purge && await spaces.CountFiles(tenant, owner, cancel) is > 0 and var late) throw HasFiles(late);
            if (!await spaces.TryRun(tenant, owner, MaxTime, cancel)) return Results.Json(new { done = false }, statusCode: 202);
            return await groups.TryDelete(tenant, id, cancel) ? Results.NoContent()
                : throw Problem.Conflict("changed_meanwhile", "Somebody was added to the group meanwhile; try again.");
        });

    async Task EnsureClear(Tenant tenant, string id, CancellationToken cancel)
    {
        if (!await spaces.IsEmpty(tenant.Id, Owner.Group(id), cancel))
            throw HasFiles(await spaces.CountFiles(tenant.Id, Owner.Group(id), cancel));
    }

    async Task<Group> Find(HttpRequest request, Caller caller) =>
        await groups.FindGroup(caller.Tenant.Id, Id(request), caller.Cancel) ?? throw NotFound();

    internal static string Id(HttpRequest request) => request.RouteValues["group"] as string is { } id && Group.IsId(id) ? id : throw NotFound();

    internal static Problem NotFound() => Problem.NotFound("group_not_found", "There is no such group.");

    static Problem HasFiles(long files) => new(409, "group_has_files", "The group's space has files or shares; files=purge removes them for good.")
    {
        Extensions = new Dictionary<string, object?> { ["files"] = files },
    };

    sealed record NewGroup(string Id, string? Name = null, string? Owner = null);

    sealed record NewName(string Name);
}
