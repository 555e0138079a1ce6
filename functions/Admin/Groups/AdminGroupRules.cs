using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The rules by which users belong to groups without being put there (docs/operating/groups.md). A change takes effect at once here,
/// within 5 seconds on other instances.
/// </summary>
public sealed class AdminGroupRules(TenantPipeline pipeline, GroupStore groups, GroupRuleStore rules, TenantStore tenants)
{
    const string Route = "{tenant}/admin/groups/{group}/rule";

    /// <summary>
    /// <c>PUT /{tenant}/admin/groups/{group}/rule</c> <c>{role?, attribute?: {name, values} | emailDomains? | networks? | place?:
    /// {latitude, longitude, radiusMeters, minutes?}}</c> → the group: gives it this rule, in the place of one that it has. 409
    /// <c>group_deleting</c>, <c>too_many_rules</c>.
    /// </summary>
    [Function("admin-group-rule-put")]
    public Task<IResult> Put([HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var rule = (await JsonBody.Read<GroupRuleBody>(request)).For(AdminGroups.Id(request), Storage.Ids.New());
            var group = await groups.FindGroup(caller.Tenant.Id, rule.Group, caller.Cancel) ?? throw AdminGroups.NotFound();
            if (group.Deleting) throw AdminMembers.Deleting();
            var others = (await tenants.FindNow(caller.Tenant.Id, caller.Cancel))?.GroupRules.Keys.Count(id => id != group.Id);
            if (others >= GroupRule.MaxPerTenant)
                throw Problem.Conflict("too_many_rules", $"A tenant has at most {GroupRule.MaxPerTenant} groups with a rule.");
            if (!await rules.TrySet(caller.Tenant.Id, rule, caller.Cancel)) throw AdminGroups.NotFound();
            caller.Audit.Detail = $"{rule.Kind}, {rule.Role.Word()}";
            return Results.Json(GroupResponse.Of(group, rule));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/groups/{group}/rule</c> → 204: whoever was a member by it is none any more, unless they were put there
    /// too. 404 <c>rule_not_found</c>.
    /// </summary>
    [Function("admin-group-rule-delete")]
    public Task<IResult> Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            await rules.TryRemove(caller.Tenant.Id, AdminGroups.Id(request), caller.Cancel) ? Results.NoContent()
                : throw Problem.NotFound("rule_not_found", "The group has no rule."));
}
