using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>Whose memberships are asked for.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="UserId">The user.</param>
/// <param name="Address">Where the request comes from, as <see cref="CallerAddress"/> writes it; or null.</param>
public readonly record struct Requester(Tenant Tenant, string UserId, string? Address);

/// <summary>
/// Who belongs to which group: the members that were put there (<see cref="GroupStore"/>), and those by the groups' rules. A rule is looked
/// at when somebody asks, and what it depends on is at most as old as the caches of tenants and users, 5 seconds. So whoever loses an
/// attribute, or leaves a network, loses the membership with it. Who is a member by both has the higher role.
/// </summary>
public sealed class Memberships(GroupStore groups, UserStore users, PlaceVisits visits, Settings settings)
{
    /// <summary>The user, and where the request comes from.</summary>
    public Requester Who(HttpRequest http, Tenant tenant, string userId) =>
        new(tenant, userId, CallerAddress.Of(http, settings.FrontDoorId));

    /// <summary>The user's role in a group, or null. A group without a rule costs what <see cref="GroupStore.Find"/> does.</summary>
    public async ValueTask<GroupRole?> Role(Requester who, string group, CancellationToken cancel)
    {
        if (!who.Tenant.GroupRules.TryGetValue(group, out var rule))
            return (await groups.Find(who.Tenant.Id, group, who.UserId, cancel))?.Role;
        var (put, fitting) = (groups.Find(who.Tenant.Id, group, who.UserId, cancel).AsTask(), Fitting(who, [rule], cancel));
        await Task.WhenAll(put, fitting);
        var byRule = (await fitting).Count > 0 ? rule.Role : (GroupRole?)null;
        return (await put)?.Role is { } role ? byRule > role ? byRule : role : byRule;
    }

    /// <summary>The user's membership in a group with the group's name, or null.</summary>
    public async Task<Membership?> Find(Requester who, string group, CancellationToken cancel)
    {
        if (await Role(who, group, cancel) is not { } role) return null;
        if (await groups.Find(who.Tenant.Id, group, who.UserId, cancel) is { } put) return put with { Role = role };
        return await groups.FindGroup(who.Tenant.Id, group, cancel) is { Deleting: false } found ? new(found, role) : null;
    }

    /// <summary>All of a user's memberships, by the groups' ids.</summary>
    public async Task<IReadOnlyList<Membership>> Of(Requester who, CancellationToken cancel)
    {
        var putting = groups.Of(who.Tenant.Id, who.UserId, cancel);
        if (who.Tenant.GroupRules.Count == 0) return await putting;
        var fitting = Fitting(who, [.. who.Tenant.GroupRules.Values], cancel);
        await Task.WhenAll(putting, fitting);
        var all = (await putting).ToDictionary(membership => membership.Group.Id, StringComparer.Ordinal);
        var byRule = (await fitting).ToLookup(fit => all.ContainsKey(fit.Rule.Group));
        foreach (var (rule, _) in byRule[true].Where(fit => fit.Rule.Role > all[fit.Rule.Group].Role))
            all[rule.Group] = all[rule.Group] with { Role = rule.Role };
        var found = await Task.WhenAll(byRule[false].Select(async fit =>
            (fit.Rule, fit.Until, Group: await groups.FindGroup(who.Tenant.Id, fit.Rule.Group, cancel))));
        foreach (var (rule, until, group) in found)
        {
            if (group is { Deleting: false }) all[rule.Group] = new(group, rule.Role) { Rule = rule, Until = until };
        }
        return [.. all.Values.OrderBy(membership => membership.Group.Id, StringComparer.Ordinal)];
    }

    /// <summary>
    /// The ids of a user's groups for a token; at most <paramref name="limit"/>. Those of networks are not among them: a token can be
    /// carried out of a network, and an app's server asks for it from another one.
    /// </summary>
    public async Task<IReadOnlyList<string>> IdsOf(Tenant tenant, string userId, int limit, CancellationToken cancel) =>
        tenant.GroupRules.Count == 0 ? await groups.IdsOf(tenant.Id, userId, limit, cancel)
            : [.. (await Of(new(tenant, userId, Address: null), cancel)).Select(membership => membership.Group.Id).Take(limit)];

    // The rules by which the user is a member now; for how long, if that is limited.
    async Task<IReadOnlyList<(GroupRule Rule, DateTimeOffset? Until)>> Fitting(
        Requester who, IReadOnlyList<GroupRule> rules, CancellationToken cancel)
    {
        var finding = users.FindState(who.Tenant.Id, who.UserId, cancel);
        var visiting = visits.Of(who.Tenant.Id, who.UserId, [.. rules.Where(rule => rule.Place is not null)], cancel);
        await Task.WhenAll(finding, visiting);
        if (await finding is not { Disabled: false } user) return [];
        var untils = await visiting;
        return
        [
            .. from rule in rules
               where rule.Place is not null ? untils.ContainsKey(rule.Group)
                   : rule.IsOfUsers ? rule.Fits(user) : rule.FitsAddress(who.Address)
               select (rule, rule.Place is null ? (DateTimeOffset?)null : untils[rule.Group]),
        ];
    }
}
