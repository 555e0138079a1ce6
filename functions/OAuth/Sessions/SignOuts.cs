using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Ends a user's sessions: all, or all of an app, by a mark on the user's row, one by its own; then the session first, its line in
/// the list last, so that what is alive is always in the list.
/// </summary>
public sealed class SignOuts(SessionStore sessions, UserSessions lines, UserStore users, Consents approvals)
{
    /// <summary>Ends one session; ending it again does no harm.</summary>
    public async Task End(Tenant tenant, string userId, string sessionId, string reason, CancellationToken cancel)
    {
        // A line without a session may be of one that is being made now.
        if (await sessions.Revoke(tenant.Id, sessionId, reason, cancel)) await lines.Remove(tenant, userId, sessionId, cancel);
    }

    /// <summary>
    /// Ends all that an app has begun for the user, and what the user has approved for it, by one write. What is left of the rows
    /// goes then, whether or not the caller is still there; nothing depends on it.
    /// </summary>
    public async Task RemoveApp(Tenant tenant, string userId, string clientId, CancellationToken cancel)
    {
        if (await users.RemoveApp(tenant, userId, clientId, cancel) is not { } user) return;
        await approvals.Remove(tenant, userId, clientId, CancellationToken.None);
        await lines.Tidy(tenant, user, CancellationToken.None);
    }

    /// <summary>Ends all of a user's sessions, tokens and browser sign-ins by one write; the user as they are then, or null.</summary>
    public async Task<User?> EndAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        var user = await users.SignOut(tenant, userId, cancel);
        if (user is not null) await lines.Tidy(tenant, user, CancellationToken.None);
        return user;
    }
}
