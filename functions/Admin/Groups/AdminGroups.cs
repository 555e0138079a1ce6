using Latchkey.Account;
using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The tenant's groups. The members of a group share a space of files. A group may be without an owner: an administrator of
/// the tenant can always appoint one (<see cref="AdminMembers"/>).
/// </summary>
public sealed class AdminGroups(
    TenantPipeline pipeline, GroupStore groups, GroupRuleStore rules, TenantStore tenants, UserStore users, GroupRemoval removal,
    SpaceQuota quota)
{
    const string CollectionRoute = "{tenant}/admin/groups";
    const string ItemRoute = "{tenant}/admin/groups/{group}";

    /// <summary><c>GET /{tenant}/admin/groups?cursor=&amp;limit=</c> → <c>{groups, cursor}</c></summary>
    [Function("admin-groups")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var found = await groups.List(caller.Tenant.Id, Paging.After(query), limit + 1, caller.Cancel);
            var rulesNow = await Rules(caller);
            var page = found.Take(limit).Select(group => GroupResponse.Of(group, rulesNow.GetValueOrDefault(group.Id)));
            return Results.Json(new { groups = page, cursor = Paging.Cursor(found, limit, group => group.Id) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/groups</c> <c>{id, name?, owner?}</c> → 201; owner is a user's id. 409 <c>group_exists</c>; 409
    /// <c>group_has_files</c> while files or shares of a deleted group with the same id remain: delete the group again first.
    /// </summary>
    [Function("admin-group-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var (tenant, body) = (caller.Tenant, await JsonBody.Read<NewGroup>(request));
            if (!Group.IsId(body.Id)) throw FieldChecks.Fault("id", "must have 1 to 64 letters, digits, '-', '.' or '_'");
            var group = new Group(body.Id, body.Name is null ? body.Id : FieldChecks.DisplayText("name", body.Name));
            if (body.Owner is { } owner && (!Storage.Ids.IsId(owner) || await users.Find(tenant, owner, caller.Cancel) is null))
                throw FieldChecks.Fault("owner", "must be the id of an existing user");
            if (await groups.FindGroup(tenant.Id, group.Id, caller.Cancel) is null)
            {
                await removal.EnsureClear(tenant.Id, group.Id, caller.Cancel);
                await rules.TryRemove(tenant.Id, group.Id, caller.Cancel); // A crash can leave one behind.
            }
            if (!await groups.TryCreate(tenant.Id, group, body.Owner, caller.Cancel))
                throw Problem.Conflict("group_exists", "A group with this id already exists.");
            caller.Audit.Target = group.Id;
            return Results.Json(GroupResponse.Of(group, null), statusCode: 201);
        });

    /// <summary>
    /// <c>GET /{tenant}/admin/groups/{group}</c> → <c>{id, name, deleting, rule, app, usage: {bytes, files, pending}}</c>
    /// </summary>
    [Function("admin-group")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var group = await Find(request, caller);
            var used = await quota.Read(caller.Tenant.Id, Owner.Group(group.Id).SpaceKey(caller.Tenant.Id), caller.Cancel);
            var (id, name, deleting, rule, app) = GroupResponse.Of(group, (await Rules(caller)).GetValueOrDefault(group.Id));
            return Results.Json(new { id, name, deleting, rule, app, usage = new { used.Bytes, used.Files, used.Pending } });
        });

    /// <summary><c>PATCH /{tenant}/admin/groups/{group}</c> <c>{name}</c></summary>
    [Function("admin-group-change")]
    public Task<IResult> Rename(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var name = FieldChecks.DisplayText("name", (await JsonBody.Read<NewName>(request)).Name);
            var group = (await Find(request, caller)) with { Name = name };
            if (!await groups.TryRename(caller.Tenant.Id, group, caller.Cancel)) throw NotFound();
            return Results.Json(GroupResponse.Of(group, (await Rules(caller)).GetValueOrDefault(group.Id)));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/groups/{group}?files=purge</c> → 204: deletes the group with its memberships and with the shares
    /// to it. If its space holds files, the answer is 409 <c>group_has_files</c> with their number, unless <c>files=purge</c>
    /// asks to delete them for good. 202 if one minute was not enough: repeat the request, or wait for the timer.
    /// </summary>
    [Function("admin-group-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var purge = Query.Purges(request);
            if (purge) caller.Audit.Detail = "with its files";
            return await removal.TryRun(caller.Tenant.Id, Id(request), purge, RemovalNotes.MaxRequestTime, caller.Cancel) switch
            {
                null => throw NotFound(),
                true => Results.NoContent(),
                false => Results.Json(new { done = false }, statusCode: 202),
            };
        });

    async Task<IReadOnlyDictionary<string, GroupRule>> Rules(Caller caller) =>
        (await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant).GroupRules;

    async Task<Group> Find(HttpRequest request, Caller caller) =>
        await groups.FindGroup(caller.Tenant.Id, Id(request), caller.Cancel) ?? throw NotFound();

    internal static string Id(HttpRequest request) =>
        request.RouteValues["group"] as string is { } id && Group.IsId(id) ? id : throw NotFound();

    internal static Problem NotFound() => Problem.NotFound("group_not_found", "The group was not found.");

    sealed record NewGroup(string Id, string? Name = null, string? Owner = null);

    sealed record NewName(string Name);
}
