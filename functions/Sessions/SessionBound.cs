using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Sessions;

/// <summary>Keeps the number of a user's sessions bounded (<see cref="UserSessions.MaxPerUser"/>): the oldest end.</summary>
public sealed partial class SessionBound(
    SessionStore sessions, UserSessions userSessions, LogoutNotices notices, ILogger<SessionBound> logger)
{
    /// <summary>
    /// Ends the sessions that are too many, after each sign-in. An entry of the list without a session goes, too: it is too old for one
    /// that is being created. It never decides about the sign-in: if it fails, the next sign-in ends them.
    /// </summary>
    public async Task TryKeep(Tenant tenant, string userId, CancellationToken cancel)
    {
        try
        {
            await Keep(tenant, userId, cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            Log.NotKept(logger, tenant.Id, userId, fault);
        }
    }

    async Task Keep(Tenant tenant, string userId, CancellationToken cancel)
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

    static partial class Log
    {
        [LoggerMessage(75, LogLevel.Error, "Tenant {Tenant}: too many sessions of user {User} were not ended")]
        public static partial void NotKept(ILogger logger, string tenant, string user, Exception fault);
    }
}
