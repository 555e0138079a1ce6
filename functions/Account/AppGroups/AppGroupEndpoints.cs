using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>
/// The groups that an app makes for its users, by a user's token of the app with the scope <c>groups.write</c> (docs/apps/groups.md). An
/// administrator has to allow that scope to the client.
/// </summary>
public sealed class AppGroupEndpoints(
    TenantPipeline pipeline, AppGroups appGroups, GroupStore groups, GroupRemoval removal)
{
    const string CollectionRoute = "{tenant}/groups";
    const string ItemRoute = "{tenant}/groups/{group}";
    const int MaxNameChars = 100;

    /// <summary><c>GET /{tenant}/groups</c> → <c>{groups: [{id, name, role}]}</c>: those of this app to which the user belongs.</summary>
    [Function("app-groups")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.GroupsWrite, async caller =>
        {
            var (client, user) = await appGroups.App(caller);
            var ids = (await groups.IdsOfApp(caller.Tenant.Id, client.Id, int.MaxValue, caller.Cancel)).ToHashSet(StringComparer.Ordinal);
            if (ids.Count == 0) return Results.Json(new { groups = Array.Empty<object>() });
            var mine = (await groups.Of(caller.Tenant.Id, user, caller.Cancel)).Where(membership => ids.Contains(membership.Group.Id));
            var found = await Task.WhenAll(mine.Select(async membership =>
                (membership.Role, Group: await groups.FindGroup(caller.Tenant.Id, membership.Group.Id, caller.Cancel))));
            return Results.Json(new
            {
                groups = found.Where(one => one.Group is { Deleting: false, App: { } app } && app.Is(client))
                    .Select(one => Answer(one.Group!, one.Role)),
            });
        });

    /// <summary><c>POST /{tenant}/groups</c> <c>{name}</c> → 201: the user is its owner. 409 <c>too_many_groups</c>.</summary>
    [Function("app-group-create")]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.GroupsWrite, async caller =>
        {
            var name = (await JsonBody.Read<NewGroup>(request)).Name.Trim();
            if (name.Length is 0 or > MaxNameChars || !FieldRules.IsDisplayText(name))
                throw Problem.InvalidField("name", $"must have 1 to {MaxNameChars} characters, all of which can be displayed");
            var (client, user) = await appGroups.App(caller);
            var group = await appGroups.Create(caller.Tenant, client, user, name, caller.Cancel);
            caller.Audit.Target = group.Id;
            return Results.Json(Answer(group, GroupRole.Owner), statusCode: 201);
        });

    /// <summary>
    /// <c>DELETE /{tenant}/groups/{group}?files=purge</c> → 204, by an owner. 409 <c>group_has_files</c>, unless they are to go too.
    /// 202 if one minute was not enough.
    /// </summary>
    [Function("app-group-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.GroupsWrite, async caller =>
        {
            var purge = Query.Purges(request);
            var (_, group, role) = await appGroups.Find(caller);
            EnsureOwner(role);
            if (purge) caller.Audit.Detail = "with its files";
            return await removal.TryRun(caller.Tenant.Id, group.Id, purge, RemovalNotes.MaxRequestTime, caller.Cancel) == false
                ? Results.Json(new { done = false }, statusCode: 202) : Results.NoContent();
        });

    static object Answer(Group group, GroupRole role) => new { group.Id, group.Name, role = role.Word() };

    internal static void EnsureOwner(GroupRole role)
    {
        if (role != GroupRole.Owner) throw new Problem(403, "owner_required", "Only an owner of the group can do this.");
    }

    sealed record NewGroup(string Name);
}
