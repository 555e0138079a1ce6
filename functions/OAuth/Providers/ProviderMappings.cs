using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// What the claims of an external account give its user: the roles and groups that the provider's mappings name. These are the
/// provider's to give and to take, at each sign-in; others stay as they are.
/// </summary>
public sealed class ProviderMappings(UserStore users, GroupStore groups, AuditLog audit)
{
    /// <summary>The roles of a user with these claims who held others before.</summary>
    public static List<HeldRole> Roles(
        Tenant tenant, IdentityProvider provider, ProviderIdentity identity, IReadOnlyList<HeldRole> held)
    {
        var managed = provider.Roles.Select(mapping => mapping.Role).ToHashSet(StringComparer.Ordinal);
        var given = from mapping in provider.Roles
                    where Has(provider, identity, mapping.Claim, mapping.Value) && tenant.Roles.ContainsKey(mapping.Role)
                    select tenant.Roles[mapping.Role].Held;
        return [.. held.Where(role => !managed.Contains(role.Name)).Concat(given).Distinct()];
    }

    /// <summary>
    /// True if a claim of the external account counts. Where an issuer stands for many directories, anybody can run one and say anything
    /// about its people.
    /// </summary>
    public static bool Has(IdentityProvider provider, ProviderIdentity identity, string claim, string value) =>
        identity.Issuer.TrimEnd('/') == provider.Issuer.TrimEnd('/')
        && identity.Claims.GetValueOrDefault(claim)?.Contains(value) is true;

    /// <summary>Gives and takes roles and groups by the claims; the user as it is then.</summary>
    /// <exception cref="ProviderException"><c>no_account</c>: the user was deleted in the meantime.</exception>
    /// <exception cref="Http.Problem">409 <c>changed_meanwhile</c></exception>
    public async Task<User> Apply(
        Tenant tenant, IdentityProvider provider, ProviderIdentity identity, User user, CancellationToken cancel)
    {
        await SetGroups(tenant, provider, identity, user.Id, cancel);
        Task<User?>? known = Task.FromResult<User?>(user);
        var changed = await OptimisticUpdate.Run(
            () => Interlocked.Exchange(ref known, null) ?? users.Find(tenant, user.Id, cancel),
            now =>
            {
                user = now;
                var roles = Roles(tenant, provider, identity, now.Roles);
                return roles.ToHashSet().SetEquals(now.Roles) ? null : now with { Roles = roles };
            },
            now => users.TryReplace(tenant, now, cancel));
        if (changed is not null) audit.Add(tenant.Id, "provider-roles", null, null, user.Id, null);
        return changed ?? user;
    }

    /// <summary>Gives and takes memberships by the claims. Who dies half-way is corrected at the next sign-in.</summary>
    public async Task SetGroups(
        Tenant tenant, IdentityProvider provider, ProviderIdentity identity, string userId, CancellationToken cancel)
    {
        if (provider.Groups.Count == 0) return;
        var held = (await groups.Of(tenant.Id, userId, cancel)).ToDictionary(membership => membership.Group.Id, each => each.Role);
        foreach (var mappings in provider.Groups.GroupBy(mapping => mapping.Group, StringComparer.Ordinal))
        {
            GroupRole? before = held.TryGetValue(mappings.Key, out var role) ? role : null;
            var given = mappings.Where(mapping => Has(provider, identity, mapping.Claim, mapping.Value))
                .Select(mapping => (GroupRole?)mapping.Role).Max();
            if (before == given || !await TrySet(tenant, mappings.Key, given, userId, cancel)) continue;
            var what = given?.ToString().ToLowerInvariant() ?? "removed";
            audit.Add(tenant.Id, "provider-groups", null, null, userId, $"group={mappings.Key}, {what}");
        }
    }

    async Task<bool> TrySet(Tenant tenant, string group, GroupRole? role, string userId, CancellationToken cancel)
    {
        if (role is not { } given) return await groups.TryRemoveMember(tenant.Id, group, userId, cancel);
        // One that was deleted in the meantime is left out.
        if (await groups.FindGroup(tenant.Id, group, cancel) is not { Deleting: false } found
            || !await groups.SetMember(tenant.Id, new Membership(found, given), userId, cancel)) return false;
        // Whoever deletes a user marks it first and looks for memberships later: either the mark is seen here or the membership there.
        if (await users.Find(tenant, userId, CancellationToken.None) is { Deleting: false }) return true;
        await groups.TryRemoveMember(tenant.Id, group, userId, CancellationToken.None);
        return false;
    }
}
