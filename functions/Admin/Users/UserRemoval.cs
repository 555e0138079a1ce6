using Latchkey.Files;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;


namespace Latchkey.Admin;

/// <summary>
/// Deletes a user with all that is theirs alone. First the user's row is marked, which nothing takes back: the user is
/// disabled and signed out, and what follows is finished even if the caller hangs up. It goes on after a crash with the
/// same request, or by the note that was written before the mark (<see cref="RemovalTimer"/>). Then places in groups,
/// shares with the user, the files of their own space for good, and what they approved go; the user's rows go last. Files
/// that they put into a group's or an app's space are that space's, and apps that they registered are the tenant's: both stay.
/// </summary>
public sealed class UserRemoval(
    SessionRevocation revocation, UserStore users, UserSessions lines, GroupStore groups, SpaceRemoval spaces, Consents approvals, DeveloperApps apps,
    RemovalNotes notes)
{
    /// <summary>
    /// Deletes the user; false if the time was over before: then the same again goes on. Null if there is none.
    /// </summary>
    public async Task<bool?> TryRun(Tenant tenant, string userId, TimeSpan most, CancellationToken cancel)
    {
        if (await users.Find(tenant, userId, cancel) is not null) await notes.Add(tenant.Id, userId, cancel);
        if (await revocation.OfUser(tenant, userId, user => user with { Disabled = true, Deleting = true }, cancel) is { } user)
            return await TryFinish(tenant, user, most);
        await notes.Remove(tenant.Id, userId);
        return null;
    }

    /// <summary>Goes on with a user who is marked; false if the time was over before.</summary>
    public async Task<bool> TryFinish(Tenant tenant, User user, TimeSpan most)
    {
        var cancel = CancellationToken.None;
        foreach (var membership in await groups.Of(tenant.Id, user.Id, cancel))
            await groups.TryRemoveMember(tenant.Id, membership.Group.Id, user.Id, cancel);
        if (!await spaces.TryRun(tenant.Id, Owner.User(user.Id), most, cancel)) return false;
        foreach (var approval in await approvals.List(tenant, user.Id, cancel)) await approvals.Remove(tenant, user.Id, approval.ClientId, cancel);
        await apps.Forget(tenant, user.Id, cancel);
        await lines.Forget(tenant, user.Id, cancel);
        await users.TryDelete(tenant, user, cancel);
        await notes.Remove(tenant.Id, user.Id);
        return true;
    }
}
