using Latchkey.Files;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// Deletes a user with everything that belongs to the user alone. First the user's row is marked, for good: this disables the
/// user and signs them out, and from then on the work is finished even if the caller hangs up. After a crash a repeated request
/// continues, or <c>RemovalTimer</c> does, by the note that was written before the mark. Then group memberships
/// (and groups of apps that have no other member), shares with the user, the files of their own space, their consents, messages,
/// sessions, passkeys and linked accounts are deleted for good; the user's rows go last. Files that the user put into the space of a group
/// or app belong to that space, and apps that they registered to the tenant: both stay.
/// </summary>
public sealed class UserRemoval(
    SessionRevocation revocation, UserStore users, AppGroups groups, SpaceRemoval spaces, UserTraces traces,
    WaysToSignIn ways, RemovalNotes notes, TimeProvider clock)
{
    /// <summary>
    /// Deletes the user; false if the time ran out first: a repeated call continues. Null if the user does not exist.
    /// </summary>
    public async Task<bool?> TryRun(Tenant tenant, string userId, TimeSpan maxTime, CancellationToken cancel)
    {
        if (await users.Find(tenant, userId, cancel) is not null) await notes.Add(tenant.Id, RemovalKind.User, userId, purge: true, cancel);
        if (await Mark(tenant, userId, _ => true, cancel) is { } user) return await TryFinish(tenant, user, maxTime);
        await notes.Remove(tenant.Id, RemovalKind.User, userId);
        return null;
    }

    /// <summary>
    /// Deletes a user whose account has waited long enough (<see cref="User.DeleteAt"/>). Whoever changes their mind at the same moment
    /// keeps the account, or comes too late: the user's row decides.
    /// </summary>
    /// <returns>The user who is being deleted, and whether it is done; null if the user's time is not up, or never will be.</returns>
    public async Task<(User User, bool IsDone)?> TryRunDue(Tenant tenant, string userId, TimeSpan maxTime)
    {
        var now = clock.GetUtcNow();
        var marked = await Mark(tenant, userId, user => user.DeleteAt <= now, CancellationToken.None);
        return marked is null ? null : (marked, await TryFinish(tenant, marked, maxTime));
    }

    /// <summary>Continues the deletion of a marked user; false if the time ran out first.</summary>
    public async Task<bool> TryFinish(Tenant tenant, User user, TimeSpan maxTime)
    {
        var cancel = CancellationToken.None;
        if (!await groups.TryLeaveAll(tenant.Id, user.Id, maxTime)) return false;
        if (!await spaces.TryRemove(tenant.Id, Owner.User(user.Id), maxTime, cancel)) return false;
        await revocation.RemoveAll(tenant, user.Id, cancel);
        await ways.RemoveAll(tenant, user.Id, cancel);
        // The inbox last: what was on its way when the user was marked has come by now.
        await traces.RemoveAll(tenant, user.Id, cancel);
        // As it is now: a change of the address on its way here would fail the deletion of its rows.
        while (await users.Find(tenant, user.Id, cancel) is { } now && !await users.TryDelete(tenant, now, cancel)) { }
        await notes.Remove(tenant.Id, RemovalKind.User, user.Id);
        return true;
    }

    Task<User?> Mark(Tenant tenant, string userId, Func<User, bool> isDue, CancellationToken cancel) => revocation.OfLeaver(
        tenant, userId, user => isDue(user) ? user with { Disabled = true, Deleting = true } : null, cancel);
}
