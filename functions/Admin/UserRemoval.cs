using Latchkey.Files;
using Latchkey.OAuth;
using Latchkey.OAuth.Registration;
using Latchkey.OAuth.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// Deletes a user with all that is theirs alone. First the user's row is marked, which nothing takes back: the user is
/// disabled, and who asks again goes on. Then sessions end, places in groups, shares with the user, the files of their own
/// space for good, and what they approved; the user's rows go last. Files that they put into a group's or an app's space
/// are that space's, and apps that they registered are the tenant's: both stay.
/// </summary>
public sealed class UserRemoval(
    EndSessions end, UserStore users, UserSessions lines, GroupStore groups, SpaceRemoval spaces, Approvals approvals, DeveloperApps apps)
{
    /// <summary>
    /// Deletes the user; false if the time was over before: then the same again goes on. Null if there is none.
    /// </summary>
    public async Task<bool?> TryRun(Tenant tenant, string userId, TimeSpan most, CancellationToken cancel)
    {
        var user = await end.OfUser(tenant, userId, "an administrator deleted the user",
            user => user with { Disabled = true, Deleting = true }, cancel);
        if (user is null) return null;
        foreach (var membership in await groups.Of(tenant.Id, userId, cancel))
            await groups.TryRemoveMember(tenant.Id, membership.Group.Id, userId, cancel);
        if (!await spaces.TryRun(tenant.Id, Owner.User(userId), most, cancel)) return false;
        foreach (var approval in await approvals.List(tenant, userId, cancel)) await approvals.Remove(tenant, userId, approval.ClientId, cancel);
        await apps.Forget(tenant, userId, cancel);
        await lines.Forget(tenant, userId, cancel);
        await users.TryDelete(tenant, user, cancel);
        return true;
    }
}
