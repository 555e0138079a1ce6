using Latchkey.Sessions;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>
/// Ends a user's sessions: all by the user's mark, others one by one; then the session first, its line in the list last, so
/// that what is alive is always in the list.
/// </summary>
public sealed class SignOuts(SessionStore sessions, UserSessions lines, UserStore users)
{
    const int AtOnce = 8;

    /// <summary>Ends one session; ending it again does no harm.</summary>
    public async Task End(Tenant tenant, string userId, string sessionId, string reason, CancellationToken cancel)
    {
        // A line without a session may be of one that is being made now.
        if (await sessions.Revoke(tenant.Id, sessionId, reason, cancel)) await lines.Remove(tenant, userId, sessionId, cancel);
    }

    /// <summary>Ends a user's sessions with one app. What has begun is finished, whether or not the caller is still there.</summary>
    public async Task EndAll(Tenant tenant, string userId, string clientId, string reason)
    {
        var ending = (await lines.List(tenant, userId, CancellationToken.None)).Where(line => line.ClientId == clientId);
        await Parallel.ForEachAsync(ending, new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (line, stop) => await End(tenant, userId, line.SessionId, reason, stop));
    }

    /// <summary>Ends all of a user's sessions, tokens and browser sign-ins by one write; the user as they are then, or null.</summary>
    public async Task<User?> EndAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        var user = await users.SignOut(tenant, userId, cancel);
        if (user is not null) await lines.Tidy(tenant, user, CancellationToken.None);
        return user;
    }
}
