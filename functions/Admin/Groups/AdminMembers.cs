using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// A group's members. A change takes effect at once here and within <c>CacheSeconds</c> on other instances.
/// </summary>
public sealed class AdminMembers(TenantPipeline pipeline, GroupStore groups, UserStore users, RuleMembers ruleMembers)
{
    const string CollectionRoute = "{tenant}/admin/groups/{group}/members";
    const string ItemRoute = CollectionRoute + "/{userId}";

    /// <summary>
    /// <c>GET /{tenant}/admin/groups/{group}/members?cursor=&amp;limit=</c> → <c>{members: [{user, userName, role, byRule}], cursor}</c>.
    /// If the rule of a group is about its users, it looks through the tenant's: a page can be short although there are
    /// more.
    /// </summary>
    [Function("admin-members")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var group = await Find(request, caller);
            if (await ruleMembers.RuleOf(caller, group) is { } rule)
                return Results.Json(await ruleMembers.Page(caller, rule, Paging.After(query), limit));
            var found = await groups.Members(caller.Tenant.Id, group.Id, Paging.After(query), limit + 1, caller.Cancel);
            var members = new List<object>();
            foreach (var (id, role) in found.Take(limit))
            {
                var user = await users.Find(caller.Tenant, id, caller.Cancel);
                members.Add(new MemberResponse(id, user?.UserName, role.Word(), ByRule: false));
            }
            return Results.Json(new { members, cursor = Paging.Cursor(found, limit, member => member.User) });
        });

    /// <summary>
    /// <c>PUT /{tenant}/admin/groups/{group}/members/{userId}</c> <c>{role}</c>: adds the user, or changes the role: <c>reader</c>,
    /// <c>editor</c> or <c>owner</c>. 409 <c>group_deleting</c>.
    /// </summary>
    [Function("admin-member-put")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var role = Role((await JsonBody.Read<NewRole>(request)).Role);
            var group = await Find(request, caller);
            if (group.Deleting) throw Deleting();
            var user = await users.Find(caller.Tenant, User(request), caller.Cancel);
            if (user is null or { Deleting: true }) throw Problem.NotFound("user_not_found", "The user was not found.");
            if (!await groups.SetMember(caller.Tenant.Id, new(group, role), user.Id, caller.Cancel)) throw AdminGroups.NotFound();
            Describe(caller, group, user.Id, role.Word());
            return Results.Json(new MemberResponse(user.Id, user.UserName, role.Word(), ByRule: false));
        });

    /// <summary><c>DELETE /{tenant}/admin/groups/{group}/members/{userId}</c> → 204; 404 <c>member_not_found</c>.</summary>
    [Function("admin-member-remove")]
    public Task<IResult> Remove(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var group = await Find(request, caller);
            if (!await groups.TryRemoveMember(caller.Tenant.Id, group.Id, User(request), caller.Cancel))
                throw Problem.NotFound("member_not_found", "The user is not a member of this group.");
            Describe(caller, group, User(request), "removed");
            return Results.NoContent();
        });

    internal static Problem Deleting() =>
        Problem.Conflict("group_deleting", "The group is being deleted. Repeat the deletion to finish it.");

    // The member, not the group, is the target: the audit is searched by user.
    static void Describe(Caller caller, Group group, string user, string what) =>
        (caller.Audit.Target, caller.Audit.Detail) = (user, $"group={group.Id}, {what}");

    async Task<Group> Find(HttpRequest request, Caller caller) =>
        await groups.FindGroup(caller.Tenant.Id, AdminGroups.Id(request), caller.Cancel) ?? throw AdminGroups.NotFound();

    static string User(HttpRequest request) => request.RouteValues["userId"] as string is { } id && Storage.Ids.IsId(id)
        ? id : throw Problem.NotFound("user_not_found", "The user was not found.");

    internal static GroupRole Role(string word) =>
        GroupRoles.Parse(word) ?? throw FieldChecks.Fault("role", "must be reader, editor or owner");

    sealed record NewRole(string Role);
}
