using Latchkey.Tenancy;

namespace Latchkey.OAuth.Sessions;

/// <summary>Ends a user's sessions. The session first, its line in the list last: what is alive is always in the list.</summary>
public sealed class SignOuts(SessionStore sessions, UserSessions lines)
{
    const int AtOnce = 8;

    /// <summary>Ends one session; ending it again does no harm.</summary>
    public async Task End(Tenant tenant, string userId, string sessionId, string reason, CancellationToken cancel)
    {
        // A line without a session may be of one that is being made now.
        if (await sessions.Revoke(tenant.Id, sessionId, reason, cancel)) await lines.Remove(tenant, userId, sessionId, cancel);
    }

    /// <summary>Ends all of a user's sessions, or those with one app.</summary>
    public async Task EndAll(Tenant tenant, string userId, string? clientId, string reason, CancellationToken cancel)
    {
        var ending = (await lines.List(tenant, userId, cancel)).Where(line => clientId is null || line.ClientId == clientId);
        await Parallel.ForEachAsync(ending, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (line, stop) => await End(tenant, userId, line.SessionId, reason, stop));
    }
}
