using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// Ends sessions. To end one, its row is marked. To end all of a user, client or tenant, one mark on the row of that user,
/// client or tenant is enough, because every request reads it: it takes effect at once here, within seconds on other instances.
/// </summary>
public sealed class EndSessions(UserSessions userSessions, UserStore users, ClientStore clients, TenantStore tenants, TimeProvider clock)
{
    /// <summary>Changes a user and ends all of the user's sessions, in one write; null if the user does not exist.</summary>
    /// <exception cref="Http.Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<User?> OfUser(Tenant tenant, string userId, Func<User, User> change, CancellationToken cancel)
    {
        var user = await OptimisticUpdate.Run(() => users.Find(tenant, userId, cancel),
            user => change(user).SignedOut(clock.GetUtcNow()), user => users.TryReplace(tenant, user, cancel));
        if (user is not null) await userSessions.Tidy(tenant, user, CancellationToken.None);
        return user;
    }

    /// <summary>Ends all sessions and tokens of a client; false if the client does not exist.</summary>
    /// <exception cref="Http.Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<bool> OfClient(Tenant tenant, string clientId, CancellationToken cancel) =>
        await OptimisticUpdate.Run(() => clients.FindNow(tenant, clientId, cancel),
            client => client with { SessionsNotBefore = clock.GetUtcNow() },
            client => clients.TryReplace(tenant, client, cancel)) is not null;

    /// <summary>Ends all sessions, tokens and browser sign-ins of a tenant.</summary>
    /// <exception cref="Http.Problem">409 <c>changed_meanwhile</c>.</exception>
    public Task OfTenant(Tenant tenant, CancellationToken cancel) =>
        OptimisticUpdate.Run(() => tenants.FindNow(tenant.Id, cancel),
            now => now with { SessionsNotBefore = clock.GetUtcNow() }, now => tenants.TryReplace(now, cancel));
}
