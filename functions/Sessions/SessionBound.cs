using System.Collections.Concurrent;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Sessions;

/// <summary>
/// Keeps the number of a user's sessions bounded (<see cref="UserSessions.MaxPerUser"/>): the oldest end. The list is not read at each
/// sign-in: it can't be full soon after it was half empty. So a user may have some more for a while.
/// </summary>
public sealed partial class SessionBound(
    SessionStore sessions, UserSessions userSessions, LogoutNotices notices, TimeProvider clock, ILogger<SessionBound> logger)
{
    const int MaxUsers = 10_000;

    // A look ends 20, so that it keeps up where every eighth sign-in looks; and none of those that are all too young to end.
    const int LeastSpared = 8, SparedWhileYoung = 50;

    static readonly TimeSpan Spared = TimeSpan.FromMinutes(5);

    // The next sign-ins of a user that need not look, and until when.
    readonly ConcurrentDictionary<string, (int Count, DateTimeOffset Until)> spared = new(StringComparer.Ordinal);

    /// <summary>
    /// Ends the sessions that are too many, after a sign-in. An entry of the list without a session goes, too: it is too old for one
    /// that is being created. It never decides about the sign-in: if it fails, the next sign-in ends them.
    /// </summary>
    public async Task TryKeep(Tenant tenant, string userId, CancellationToken cancel)
    {
        var user = RowKeys.UserPartition(tenant.Id, userId);
        if (IsSpared(user)) return;
        try
        {
            var (live, ended) = await End(tenant, userId, cancel);
            if (spared.Count >= MaxUsers) spared.Clear();
            var least = live > UserSessions.MaxPerUser && ended == 0 ? SparedWhileYoung : LeastSpared;
            spared[user] = (Math.Max((UserSessions.MaxPerUser - live) / 2, least), clock.GetUtcNow() + Spared);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            Log.NotEnded(logger, tenant.Id, fault);
        }
    }

    bool IsSpared(string user)
    {
        while (spared.TryGetValue(user, out var left))
        {
            if (left.Count == 0 || left.Until <= clock.GetUtcNow()) return false;
            if (spared.TryUpdate(user, left with { Count = left.Count - 1 }, left)) return true;
        }
        return false;
    }

    // How many sessions there were, and how many of them ended.
    async Task<(int Live, int Ended)> End(Tenant tenant, string userId, CancellationToken cancel)
    {
        var (live, oldest) = await userSessions.TakeExcess(tenant.Id, userId, cancel);
        if (oldest.Count == 0) return (live, 0);
        var told = await notices.Write(tenant, userId, oldest, all: false, cancel);
        List<string> ids = [.. oldest.Select(session => session.SessionId)];
        await sessions.Revoke(tenant, userId, ids, "the user has too many sessions", CancellationToken.None);
        await Task.WhenAll(ids.Select(id => userSessions.Remove(tenant, userId, id, CancellationToken.None)));
        notices.Send(told);
        return (live, oldest.Count);
    }

    static partial class Log
    {
        [LoggerMessage(83, LogLevel.Warning, "Tenant {Tenant}: a user's oldest sessions could not be ended")]
        public static partial void NotEnded(ILogger logger, string tenant, Exception fault);
    }
}
