using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>Keeps the number of a user's sessions bounded (<see cref="UserSessions.MaxPerUser"/>): the oldest end.</summary>
public sealed class SessionBound(SessionStore sessions, UserSessions userSessions, LogoutNotices notices)
{
    /// <summary>
    /// Ends the sessions that are too many, after each sign-in. An entry of the list without a session goes, too: it is too old for one
    /// that is being created.
    /// </summary>
    public async Task Keep(Tenant tenant, string userId, CancellationToken cancel)
    {
        var oldest = await userSessions.TakeExcess(tenant.Id, userId, cancel);
        if (oldest.Count == 0) return;
        var told = await notices.Write(tenant, userId, oldest, all: false, cancel);
        await Task.WhenAll(oldest.Select(async session =>
        {
            await sessions.Revoke(tenant, userId, session.SessionId, "the user has too many sessions", CancellationToken.None);
            await userSessions.Remove(tenant, userId, session.SessionId, CancellationToken.None);
        }));
        notices.Send(told);
    }
}
