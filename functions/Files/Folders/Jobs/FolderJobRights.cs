using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Looks again whether whoever has begun a job may still do what it does: a job may take long, and what it copies is read while it works.
/// </summary>
public sealed class FolderJobRights(ClientStore clients, UserStore users, Memberships memberships)
{
    /// <summary>True if the client and the user are still there, the user is not disabled, and both spaces are still open to
    /// them.</summary>
    public async Task<bool> MayGoOn(Tenant tenant, FolderJob job, CancellationToken cancel)
    {
        if (await clients.Find(tenant, job.Client, cancel) is null) return false;
        if (job.By.Kind == "user" && await users.FindState(tenant.Id, job.By.Id, cancel) is not { Disabled: false }) return false;
        return await Has(job, tenant, job.Owner, Permission.Write, cancel)
            && (job.Source == job.Owner || await Has(job, tenant, job.Source, Permission.Read, cancel));
    }

    /// <summary>
    /// True if whoever has begun the job has this permission in the space, if it is a group's; others are looked at before.
    /// </summary>
    public async Task<bool> Has(FolderJob job, Tenant tenant, Owner owner, Permission needed, CancellationToken cancel)
    {
        if (owner.Kind != "group") return true; // One's own, or the client's: that is looked at already.
        // Where the request came from can't be asked again. It was in the network, and the rule may be another one by now.
        if (tenant.GroupRules.TryGetValue(owner.Id, out var rule) && !rule.IsOfUsers
            && Spaces.PermissionOf(rule.Role) >= needed) return true;
        var role = await memberships.Role(new(tenant, job.By.Id, Address: null), owner.Id, cancel);
        return role is { } member && Spaces.PermissionOf(member) >= needed;
    }
}
