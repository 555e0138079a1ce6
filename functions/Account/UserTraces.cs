using Latchkey.Messages;
using Latchkey.OAuth;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>What is stored about a user apart from their row, sessions, files and ways to sign in.</summary>
public sealed class UserTraces(Consents consents, DeveloperApps apps, UserMessages messages)
{
    /// <summary>Deletes all of it. Repeating it does no harm.</summary>
    public async Task RemoveAll(Tenant tenant, string user, CancellationToken cancel)
    {
        foreach (var consent in await consents.List(tenant, user, cancel))
            await consents.Remove(tenant, user, consent.ClientId, cancel);
        await apps.Forget(tenant, user, cancel);
        await messages.RemoveAll(tenant, user, cancel);
    }
}
