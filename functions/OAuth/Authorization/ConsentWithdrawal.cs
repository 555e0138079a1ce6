using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Removes an app from a user's account: it withdraws the consent and ends the app's sessions.</summary>
public sealed class ConsentWithdrawal(Consents consents, SessionRevocation revocation)
{
    const string Reason = "the user removed the app";

    /// <summary>Removes the app. Once started, it is finished even if the caller hangs up.</summary>
    public async Task Withdraw(Tenant tenant, string userId, string clientId, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await revocation.OfUserWithClient(tenant, userId, clientId, Reason);
        await consents.Remove(tenant, userId, clientId, CancellationToken.None);
        // Once more, because the app may have signed in while the consent was still there.
        await revocation.OfUserWithClient(tenant, userId, clientId, Reason);
    }
}
