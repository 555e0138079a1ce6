using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>
/// Ends sessions: the one way to do it. A single session's row is marked as revoked. All sessions of a user, of a user with
/// one app, of a client or of a tenant end by one mark on the row of the user, the client or the tenant, which every request
/// reads anyway: so the write takes effect as a whole, at once on this instance and within seconds on the others. The apps of a
/// user's sessions are told if they want to be (<see cref="LogoutNotices"/>); those of all sessions of a client or a tenant are not.
/// </summary>
public sealed class SessionRevocation(
    SessionStore sessions, UserSessions userSessions, UserStore users, ClientStore clients, TenantStore tenants, LogoutNotices notices,
    ConnectionClosings closings, TimeProvider clock)
{
    const int RowsAtOnce = 8;

    /// <summary>Ends one session. Ending it again does no harm.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The session's user.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="reason">Why, for the row.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task One(Tenant tenant, string userId, string sessionId, string reason, CancellationToken cancel)
    {
        var told = await notices.Write(tenant, userId, session => session.SessionId == sessionId, all: false, cancel);
        // The session goes first and its list entry last, so that a live session is always listed. An entry without a
        // session may belong to one that is being created at this moment: it stays.
        if (await sessions.Revoke(tenant, userId, sessionId, reason, cancel))
            await userSessions.Remove(tenant, userId, sessionId, CancellationToken.None);
        notices.Send(told);
    }

    /// <summary>
    /// A browser's sign-in ends: tells the apps whose sessions came from it. Their sessions end too, unless they have
    /// <c>offline_access</c> (OpenID Connect Back-Channel Logout 1.0 §2.7). Sessions of apps that are not told stay as they are.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">Who was signed in.</param>
    /// <param name="signInId">The sign-in (<see cref="Authentication.SignInId"/>).</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task OfSignIn(Tenant tenant, string userId, string signInId, CancellationToken cancel)
    {
        var told = await notices.Write(tenant, userId, session => session.SignInId == signInId, all: false, cancel);
        foreach (var id in told.Select(notice => notice.SessionId!))
        {
            if (await sessions.Find(tenant.Id, id, cancel) is not { } session
                || Scope.Parse(session.Scope).Has(Scopes.OfflineAccess)) continue;
            if (await sessions.Revoke(tenant, userId, id, "the browser was signed out", cancel))
                await userSessions.Remove(tenant, userId, id, CancellationToken.None);
        }
        notices.Send(told);
    }

    /// <summary>Ends a user's sessions and tokens with one app, and the user's consent to it, by one write.</summary>
    /// <returns>The user as stored afterwards; null if the user does not exist.</returns>
    public async Task<User?> OfUserWithClient(Tenant tenant, string userId, string clientId, CancellationToken cancel) =>
        await Ended(tenant, userId, clientId, () => users.RemoveApp(tenant, userId, clientId, cancel), cancel);

    /// <summary>Ends all of a user's sessions, tokens and browser sign-ins by one write.</summary>
    /// <returns>The user as stored afterwards; null if the user does not exist.</returns>
    public async Task<User?> OfUser(Tenant tenant, string userId, CancellationToken cancel) =>
        await Ended(tenant, userId, null, () => users.SignOut(tenant, userId, cancel), cancel);

    /// <summary>Changes a user and ends everything that the user has started, by one write.</summary>
    /// <returns>The user as stored afterwards; null if the user does not exist.</returns>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<User?> OfUser(Tenant tenant, string userId, Func<User, User> change, CancellationToken cancel) =>
        await Ended(tenant, userId, null, () => Changed(tenant, userId, change, cancel), cancel);

    /// <summary>
    /// The same for a user who leaves, if <paramref name="change"/> does not return null. The list of the user's sessions stays, so
    /// that <see cref="RemoveAll"/> finds their rows.
    /// </summary>
    /// <returns>The user as stored afterwards; null if the user does not exist, or was not changed.</returns>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<User?> OfLeaver(Tenant tenant, string userId, Func<User, User?> change, CancellationToken cancel) =>
        await Ended(tenant, userId, null, () => Changed(tenant, userId, change, cancel), cancel, tidy: false);

    /// <summary>
    /// Deletes the rows of a deleted user's sessions, which hold the user's name and address, and then the list of them. A session
    /// that is no longer in the list has ended before; its row goes with the table of its day. Repeating it does no harm.
    /// </summary>
    public async Task RemoveAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        await Parallel.ForEachAsync(await userSessions.List(tenant, userId, cancel),
            new ParallelOptions { MaxDegreeOfParallelism = RowsAtOnce, CancellationToken = cancel },
            async (session, stop) => await sessions.Delete(tenant.Id, session.SessionId, stop));
        await userSessions.Forget(tenant, userId, cancel);
    }

    /// <summary>Sets a new password and ends everything that was started with the old one, by one write.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="known">The user as read before.</param>
    /// <param name="passwordHash">The hash of the new password.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>The user as stored afterwards; null if the password was changed since <paramref name="known"/> was read.</returns>
    public async Task<User?> OfUserByNewPassword(Tenant tenant, User known, string passwordHash, CancellationToken cancel) =>
        await Ended(tenant, known.Id, null, () => users.TryChangePassword(tenant, known, passwordHash, cancel), cancel);

    /// <summary>
    /// Changes a user and ends everything that the user has started but one session. One write ends everything; the writes after it
    /// let that session go on. If they fail it has ended, too.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The user.</param>
    /// <param name="sessionId">The session that goes on, if it has not ended when the user is changed.</param>
    /// <param name="change">Returns the changed user, or null to leave everything as it is.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>The user as stored afterwards; null if the user does not exist, or was not changed.</returns>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<User?> OfUserBut(
        Tenant tenant, string userId, string sessionId, Func<User, User?> change, CancellationToken cancel)
    {
        var session = await sessions.Find(tenant.Id, sessionId, cancel);
        var entry = session?.UserId == userId ? await userSessions.Find(session, cancel) : null;
        var isKept = false;
        var told = await notices.Write(tenant, userId, other => other.SessionId != sessionId, all: false, cancel);
        var user = await Done(tenant, userId, told, () => Changed(tenant, userId, found =>
        {
            isKept = entry is not null && found.State.Keeps(session!.UserMark, session.CreatedAt);
            return change(found);
        }, cancel));
        if (user is not null) await EndedBy(tenant, user, told, isKept ? sessionId : null);
        if (user is null || !isKept) return user;
        // First the entry: no live session is missing from the list. The mark is this write's, so a later end of everything counts.
        await userSessions.Add(session! with { UserMark = user.State.Mark }, entry!.Device, CancellationToken.None);
        await sessions.TryMark(session, user.State.Mark, CancellationToken.None);
        return user;
    }

    /// <summary>Ends all sessions and tokens of a client; false if the client is not registered.</summary>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<bool> OfClient(Tenant tenant, string clientId, CancellationToken cancel) =>
        await closings.Around(tenant, ClosingKind.Client, clientId, () => OptimisticUpdate.Run(
            () => clients.FindNow(tenant, clientId, cancel), client => client with { SessionsNotBefore = clock.GetUtcNow() },
            client => clients.TryReplace(tenant, client, cancel)), cancel) is not null;

    /// <summary>Ends all sessions, tokens and browser sign-ins of a tenant.</summary>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public Task OfTenant(Tenant tenant, CancellationToken cancel) =>
        OptimisticUpdate.Run(() => tenants.FindNow(tenant.Id, cancel),
            stored => stored with { SessionsNotBefore = clock.GetUtcNow() },
            stored => tenants.TryReplace(stored, cancel));

    // The changed user, with a new mark; null if the change returned null, or the user does not exist.
    Task<User?> Changed(Tenant tenant, string userId, Func<User, User?> change, CancellationToken cancel) => OptimisticUpdate.Run(
        () => users.Find(tenant, userId, cancel), user => change(user)?.SignedOut(clock.GetUtcNow()),
        user => users.TryReplace(tenant, user, cancel));

    // Ends a user's sessions, with one app if it is given, by the mark that the change sets.
    async Task<User?> Ended(Tenant tenant, string userId, string? clientId, Func<Task<User?>> change, CancellationToken cancel,
        bool tidy = true)
    {
        var told = await notices.Write(tenant, userId, session => clientId is null || session.ClientId == clientId, all: true, cancel);
        if (await Done(tenant, userId, told, change) is not { } user) return null;
        if (tidy) await EndedBy(tenant, user, told);
        else notices.Send(told);
        return user;
    }

    // If the change is refused, nothing ends, and nobody must hear of it. After any other failure it may have been made.
    async Task<User?> Done(Tenant tenant, string userId, IReadOnlyList<LogoutNotice> told, Func<Task<User?>> change)
    {
        try
        {
            if (await change() is { } user) return user;
        }
        catch (Problem)
        {
            await Withdraw(tenant, userId, told);
            throw;
        }
        await Withdraw(tenant, userId, told);
        return null;
    }

    // A change that was made, and whose answer was lost, is refused when it is repeated: the user's row says whether it was.
    async Task Withdraw(Tenant tenant, string userId, IReadOnlyList<LogoutNotice> told)
    {
        if (told.Count == 0) return;
        if (await users.Find(tenant, userId, CancellationToken.None) is { } user
            && (user.SignedOutAt is not { } at || at < told[0].CreatedAt))
            await notices.Withdraw(told);
    }

    // The mark has ended the sessions already. This removes them from the user's list and tells their apps, also those of sessions that
    // began after the notices were written; but not of the one that goes on.
    async Task EndedBy(Tenant tenant, User user, IReadOnlyList<LogoutNotice> told, string? kept = null)
    {
        var ended = await userSessions.RemoveEnded(tenant, user, CancellationToken.None);
        var late = ended.Where(session => session.SessionId != kept && !told.Any(notice =>
            notice.ClientId == session.ClientId && (notice.SessionId is null || notice.SessionId == session.SessionId)));
        notices.Send([.. told, .. await notices.Write(tenant, user.Id, late, all: false, CancellationToken.None)]);
    }
}
