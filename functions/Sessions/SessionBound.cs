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
            await End(tenant, userId, cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            Log.NotEnded(logger, tenant.Id, fault);
        }
    }

    async Task End(Tenant tenant, string userId, CancellationToken cancel)
    {
        var oldest = await userSessions.TakeExcess(tenant.Id, userId, cancel);
        if (oldest.Count == 0) return;
        var told = await notices.Write(tenant, userId, oldest, all: false, cancel);
        List<string> ids = [.. oldest.Select(session => session.SessionId)];
        await sessions.Revoke(tenant, userId, ids, "the user has too many sessions", CancellationToken.None);
        await Task.WhenAll(ids.Select(id => userSessions.Remove(tenant, userId, id, CancellationToken.None)));
        notices.Send(told);
    }

    static partial class Log
    {
        [LoggerMessage(83, LogLevel.Warning, "Tenant {Tenant}: a user's oldest sessions could not be ended")]
        public static partial void NotEnded(ILogger logger, string tenant, Exception fault);
    }
}
