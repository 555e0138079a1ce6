using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Removes an app from a user's account.</summary>
public sealed class ConsentWithdrawal(Consents consents, SessionRevocation revocation)
{
    /// <summary>
    /// Ends the app's sessions, tokens and consent by one write. The consent's row is removed afterwards, even if the caller
    /// hangs up; nothing depends on that.
    /// </summary>
    public async Task Withdraw(Tenant tenant, string userId, string clientId, CancellationToken cancel)
    {
        if (await revocation.OfUserWithClient(tenant, userId, clientId, cancel) is null) return;
        await consents.Remove(tenant, userId, clientId, CancellationToken.None);
    }
}
