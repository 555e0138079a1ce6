using Latchkey.OAuth.Sessions;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Gives a user a new password. Whoever is signed in as them anywhere is signed out: it may be why they change it.</summary>
public sealed class PasswordChange(Passwords passwords, UserStore users, SignOuts signOuts, TimeProvider clock)
{
    const string Reason = "the password was changed";

    /// <summary>Changes the password of a user who knows the old one. A wrong one counts like a failed sign-in.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">Who is signed in.</param>
    /// <param name="old">The old password as typed.</param>
    /// <param name="password">The new one; <see cref="Passwords.Fault"/> has nothing against it.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="OAuthError"><c>invalid_grant</c>: the old one is wrong; or 429 after too many failures.</exception>
    public async Task Change(Tenant tenant, User user, string old, string password, CancellationToken cancel)
    {
        var known = await passwords.Confirm(tenant, user, old, cancel);
        if (known.Id != user.Id || !await TrySet(tenant, known, password, cancel))
            throw OAuthError.InvalidGrant("The old password is wrong.", "the password was changed meanwhile");
    }

    /// <summary>
    /// Sets a new password; false if it was changed since <paramref name="known"/> was read. Sessions end before it, so that
    /// none outlives a change that broke off, and after it, for what began with the old password meanwhile.
    /// </summary>
    public async Task<bool> TrySet(Tenant tenant, User known, string password, CancellationToken cancel)
    {
        var hash = await passwords.Hash(password, cancel); // Which may be refused: nothing has happened yet.
        await signOuts.EndAll(tenant, known.Id, clientId: null, Reason, cancel);
        if (!await users.TryChangePassword(tenant, known, hash, clock.GetUtcNow(), cancel)) return false;
        await signOuts.EndAll(tenant, known.Id, clientId: null, Reason, cancel);
        return true;
    }
}
