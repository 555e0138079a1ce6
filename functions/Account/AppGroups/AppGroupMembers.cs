using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The members of a group that an app made. Its owners add and remove users of the app; whoever wants to leaves.</summary>
public sealed class AppGroupMembers(
    TenantPipeline pipeline, AppGroups appGroups, AppUsers appUsers, GroupStore groups)
{
    const string CollectionRoute = "{tenant}/groups/{group}/members";
    const string ItemRoute = CollectionRoute + "/{userId}";

    /// <summary><c>GET /{tenant}/groups/{group}/members</c> → <c>{members: [{user, role}]}</c>, for members.</summary>
    [Function("app-group-members")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.GroupsWrite, async caller =>
        {
            var (_, group, _) = await appGroups.Find(caller);
            var members = await groups.Roles(caller.Tenant.Id, group.Id, null, caller.Cancel);
            return Results.Json(new
            {
                members = members.OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => new { user = member.Key, role = member.Value.Word() }),
            });
        });

    /// <summary>
    /// <c>PUT /{tenant}/groups/{group}/members/{userId}</c> <c>{role}</c>, by an owner: adds a user of the app, or changes a member's role.
    /// 404 <c>user_not_found</c>: nobody, or nobody who uses this app; which of the two, it does not say.
    /// </summary>
    [Function("app-group-member-put")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.GroupsWrite, async caller =>
        {
            var role = GroupRoles.Parse((await JsonBody.Read<NewRole>(request)).Role)
                ?? throw Problem.InvalidField("role", "must be reader, editor or owner");
            var (client, group, own) = await appGroups.Find(caller);
            AppGroupEndpoints.EnsureOwner(own);
            var user = User(caller);
            if (!await appUsers.Has(caller.Tenant, client, user, caller.Cancel)) throw UserNotFound();
            await appGroups.Set(caller.Tenant, group.Id, user, role, caller.Cancel);
            await EnsureKept(caller, client, group, user);
            Describe(caller, group, user, role.Word());
            return Results.Json(new { user, role = role.Word() });
        });

    /// <summary>
    /// <c>DELETE /{tenant}/groups/{group}/members/{userId}</c> → 204, by an owner, or by the member. 404 <c>member_not_found</c>; 409
    /// <c>last_owner</c>.
    /// </summary>
    [Function("app-group-member-remove")]
    public Task<IResult> Remove([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.GroupsWrite, async caller =>
        {
            var (_, group, own) = await appGroups.Find(caller);
            var user = User(caller);
            if (user != caller.Token.Subject) AppGroupEndpoints.EnsureOwner(own);
            if (!await appGroups.Set(caller.Tenant, group.Id, user, role: null, caller.Cancel))
                throw Problem.NotFound("member_not_found", "The user is not a member of this group.");
            Describe(caller, group, user, "removed");
            return Results.NoContent();
        });

    // Whoever deletes a user marks it first and looks for memberships later: either the mark is seen here or the membership there.
    async Task EnsureKept(Caller caller, Client client, Group group, string user)
    {
        if (await appUsers.Has(caller.Tenant, client, user, CancellationToken.None)) return;
        await groups.TryRemoveMember(caller.Tenant.Id, group.Id, user, CancellationToken.None);
        throw UserNotFound();
    }

    static void Describe(Caller caller, Group group, string user, string what) =>
        (caller.Audit.Target, caller.Audit.Detail) = (user, $"group={group.Id}, {what}");

    static string User(Caller caller) => caller.Http.RouteValues["userId"] as string is { } id && Ids.IsId(id) ? id : throw UserNotFound();

    static Problem UserNotFound() => Problem.NotFound("user_not_found", "The user was not found.");

    sealed record NewRole(string Role);
}
