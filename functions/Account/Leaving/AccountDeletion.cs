using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Telemetry;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// A user deletes their own account: at once, or after the days that the tenant gives to change one's mind
/// (<see cref="AccountRules.DeletionDays"/>). Then the user's row says when (<see cref="User.DeleteAt"/>), everything that the user had
/// begun has ended, and whoever signs in can only keep the account or leave. A note that is written before the mark makes
/// <c>RemovalTimer</c> do the rest.
/// </summary>
public sealed class AccountDeletion(
    UserStore users, SessionRevocation revocation, UserRemoval removal, RemovalNotes notes, AccountNotices notices, TimeProvider clock)
{
    static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    /// <summary>True if the tenant's users can delete themselves. Operators can't, so that the last one stays.</summary>
    public static bool IsOffered(Tenant tenant) => tenant.Accounts.SelfDeletion && tenant.Id != Tenant.Operator;

    /// <summary>Refuses where users can't delete themselves.</summary>
    /// <exception cref="Problem">403 <c>account_deletion_off</c>; 409 <c>own_account</c> for operators.</exception>
    public static void EnsureOffered(Tenant tenant)
    {
        if (tenant.Id == Tenant.Operator)
            throw Problem.Conflict("own_account", "You cannot do this to your own account. Ask another operator.");
        if (!IsOffered(tenant))
            throw new Problem(403, "account_deletion_off", "Users of this tenant cannot delete their own account. Ask an administrator.");
    }

    /// <summary>Deletes the user's account, or says when it will be deleted.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user, who has just signed in.</param>
    /// <param name="cancel">Cancelled when the caller hangs up. What has begun is finished all the same.</param>
    /// <returns>When it will be deleted; null if it is deleted, or is being deleted.</returns>
    /// <exception cref="Problem">403 <c>account_deletion_off</c>; 409 <c>own_account</c>, <c>changed_meanwhile</c>.</exception>
    public async Task<DateTimeOffset?> Run(Tenant tenant, User user, CancellationToken cancel)
    {
        EnsureOffered(tenant);
        if (tenant.Accounts.DeletionDays > 0) return await Plan(tenant, user, cancel);
        if (await removal.TryRun(tenant, user.Id, MaxTime, cancel) is null) return null; // Somebody was faster.
        Notify(tenant, user);
        return null;
    }

    /// <summary>Keeps an account that was going to be deleted; null if it is being deleted by now.</summary>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<User?> Keep(Tenant tenant, User user, CancellationToken cancel)
    {
        // The note stays: the user may ask for deletion again, which would need it. Otherwise the timer removes it when it is due.
        var kept = await OptimisticUpdate.Run(() => users.Find(tenant, user.Id, cancel),
            found => found is { DeleteAt: not null, Deleting: false } ? found with { DeleteAt = null } : null,
            found => users.TryReplace(tenant, found, cancel));
        if (kept is null) return await users.Find(tenant, user.Id, cancel) is { Deleting: false } now ? now : null;
        Instruments.AccountDeletion(tenant.Id, "kept");
        notices.Kept(tenant, kept);
        return kept;
    }

    /// <summary>Deletes an account that has waited, for its note; true once it is done.</summary>
    public async Task<bool> TryFinish(Tenant tenant, RemovalNote note, TimeSpan maxTime)
    {
        if (await users.Find(tenant, note.Id, CancellationToken.None) is not { DeleteAt: { } at })
        {
            await notes.TryRemove(note); // The user has changed their mind, or the process died before anybody was told.
            return false;
        }
        if (at > clock.GetUtcNow())
        {
            await notes.AddDue(tenant.Id, note.Id, at, CancellationToken.None); // Asked for again since.
            return false;
        }
        if (await removal.TryRunDue(tenant, note.Id, maxTime) is not var (user, isDone)) return false;
        Notify(tenant, user);
        return isDone;
    }

    async Task<DateTimeOffset?> Plan(Tenant tenant, User user, CancellationToken cancel)
    {
        var at = clock.GetUtcNow().AddDays(tenant.Accounts.DeletionDays);
        await notes.AddDue(tenant.Id, user.Id, at, cancel);
        var planned = await revocation.OfLeaver(tenant, user.Id,
            found => found is { DeleteAt: null, Deleting: false } ? found with { DeleteAt = at } : null, cancel);
        if (planned is null) return (await users.Find(tenant, user.Id, cancel))?.DeleteAt; // Asked for twice at the same time.
        Instruments.AccountDeletion(tenant.Id, "planned");
        notices.DeletionPlanned(tenant, planned, at);
        return at;
    }

    void Notify(Tenant tenant, User user)
    {
        Instruments.AccountDeletion(tenant.Id, "deleted");
        notices.Deleted(tenant, user);
    }
}
