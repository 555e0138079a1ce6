using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A member as the API returns it.</summary>
sealed record MemberResponse(string User, string? UserName, string Role, bool ByRule);

/// <summary>
/// Lists the members of a group whose rule is about its users: those that the rule admits, and those that were put there. There is no list
/// of the former, so the tenant's users are looked through, some of them for each page.
/// </summary>
public sealed class RuleMembers(GroupStore groups, UserStore users, TenantStore tenants)
{
    const int LookedThrough = 500;

    /// <summary>The group's rule, if it is about users; or null.</summary>
    public async Task<GroupRule?> RuleOf(Caller caller, Group group)
    {
        var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
        return tenant.GroupRules.GetValueOrDefault(group.Id) is { IsOfUsers: true } rule ? rule : null;
    }

    /// <summary>A page of members, and where the next begins.</summary>
    internal async Task<object> Page(Caller caller, GroupRule rule, string? after, int limit)
    {
        var (tenant, cancel) = (caller.Tenant, caller.Cancel);
        var looking = users.List(tenant, after, LookedThrough, cancel);
        var putting = groups.Members(tenant.Id, rule.Group, after, LookedThrough, cancel);
        await Task.WhenAll(looking, putting);
        var (found, put) = (await looking, (await putting).ToDictionary(member => member.User, member => member.Role));
        var members = new List<MemberResponse>();
        foreach (var user in found)
        {
            GroupRole? role = put.TryGetValue(user.Id, out var given) ? given : null;
            var byRule = rule.Fits(user.State) && !user.State.Disabled;
            if (role is null && !byRule) continue;
            // One more than asked for says that there is another page.
            if (members.Count == limit) return new { members, cursor = Paging.Cursor(members[^1].User) };
            var effective = byRule && !(role > rule.Role) ? rule.Role : role!.Value;
            members.Add(new(user.Id, user.UserName, effective.Word(), ByRule: role is null));
        }
        return new { members, cursor = found.Count < LookedThrough ? null : Paging.Cursor(found[^1].Id) };
    }
}
