using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>
/// Deletes the rows of a deleted user's sessions, which hold the user's name and address. A session that is no longer in the user's
/// list has ended before; its row goes with the table of its day.
/// </summary>
public sealed class UserSessionRemoval(UserSessions userSessions, SessionStore sessions)
{
    const int AtOnce = 8;

    /// <summary>Deletes the rows and then the list. Repeating it does no harm.</summary>
    public async Task RemoveAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        await Parallel.ForEachAsync(await userSessions.List(tenant, userId, cancel),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (session, stop) => await sessions.Delete(tenant.Id, session.SessionId, stop));
        await userSessions.Forget(tenant, userId, cancel);
    }
}
