using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>Ends a user's sessions at the user's own request.</summary>
public sealed class AccountSessions(SessionStore sessions, SessionRevocation revocation, SsoSessions ssoSessions)
{
    /// <summary>Ends one session. The id of somebody else's session ends nothing and is answered in the same way.</summary>
    public async Task End(TenantRequest request, User user, string sessionId)
    {
        var (_, tenant, audit, cancel) = request;
        if (await sessions.Find(tenant.Id, sessionId, cancel) is not { } session || session.UserId != user.Id) return;
        (audit.Client, audit.Target) = (session.ClientId, session.Id);
        await revocation.One(tenant, user.Id, session.Id, "the user ended it", cancel);
    }

    /// <summary>Signs the user out everywhere but in this browser.</summary>
    public async Task EndAllOthers(TenantRequest request, SignedIn signedIn)
    {
        var user = await revocation.OfUser(request.Tenant, signedIn.User.Id, request.Cancel) ?? signedIn.User;
        await ssoSessions.Renew(request.WithoutCancellation(), signedIn with { User = user });
    }
}
