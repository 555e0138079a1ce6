using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Tenancy;


namespace Latchkey.Admin;

/// <summary>
/// Ends sessions. To end one, its row is marked. To end all of a user, client or tenant, one mark on the row of that user,
/// client or tenant is enough, because every request reads it: it takes effect at once here, within seconds on other instances.
/// </summary>
public sealed class EndSessions(UserSessions lines, UserStore users, ClientStore clients, TenantStore tenants, TimeProvider clock)
{
    const int Attempts = 5;

    /// <summary>Changes a user and ends all of the user's sessions, in one write; null if the user does not exist.</summary>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<User?> OfUser(Tenant tenant, string userId, Func<User, User> change, CancellationToken cancel)
    {
        var user = await Change(() => users.Find(tenant, userId, cancel),
            user => change(user).SignedOut(clock.GetUtcNow()), user => users.TryReplace(tenant, user, cancel));
        if (user is not null) await lines.Tidy(tenant, user, CancellationToken.None);
        return user;
    }

    /// <summary>Ends all sessions and tokens of a client; false if the client does not exist.</summary>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<bool> OfClient(Tenant tenant, string clientId, CancellationToken cancel) =>
        await Change(() => clients.FindNow(tenant, clientId, cancel),
            client => client with { SessionsNotBefore = clock.GetUtcNow() }, client => clients.TryReplace(tenant, client, cancel)) is not null;

    /// <summary>Ends all sessions, tokens and browser sign-ins of a tenant.</summary>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public Task OfTenant(Tenant tenant, CancellationToken cancel) =>
        Change(() => tenants.FindNow(tenant.Id, cancel),
            now => now with { SessionsNotBefore = clock.GetUtcNow() }, now => tenants.TryReplace(now, cancel));

    /// <summary>Reads, changes and writes, again if somebody else came between; null if there is nothing to change.</summary>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    internal static async Task<T?> Change<T>(Func<Task<T?>> find, Func<T, T> change, Func<T, Task<bool>> tryReplace) where T : class
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await find() is not { } found) return null;
            var changed = change(found);
            if (await tryReplace(changed)) return changed;
        }
        throw Problem.Conflict("changed_meanwhile", "Others keep changing this at the same time; try again.");
    }
}
