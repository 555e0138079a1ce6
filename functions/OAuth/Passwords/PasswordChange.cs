using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>Gives a user a new password. Whoever is signed in as them anywhere is signed out: it may be why they change it.</summary>
public sealed class PasswordChange(Passwords passwords, UserStore users, UserSessions lines)
{
    /// <summary>Changes the password of a user who knows the old one. A wrong one counts like a failed sign-in.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">Who is signed in.</param>
    /// <param name="old">The old password as typed.</param>
    /// <param name="password">The new one; <see cref="Passwords.Fault"/> has nothing against it.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <returns>The user as they are now.</returns>
    /// <exception cref="OAuthError"><c>invalid_grant</c>: the old one is wrong; or 429 after too many failures.</exception>
    public async Task<User> Change(Tenant tenant, User user, string old, string password, CancellationToken cancel)
    {
        var known = await passwords.Confirm(tenant, user, old, cancel);
        return known.Id == user.Id && await TrySet(tenant, known, password, cancel) is { } changed
            ? changed : throw OAuthError.InvalidGrant("The old password is wrong.", "the password was changed meanwhile");
    }

    /// <summary>
    /// Sets a new password and ends all that the old one began, by one write; the user as they are then, or null if the
    /// password was changed since <paramref name="known"/> was read.
    /// </summary>
    public async Task<User?> TrySet(Tenant tenant, User known, string password, CancellationToken cancel)
    {
        var hash = await passwords.Hash(password, cancel); // Which may be refused: nothing has happened yet.
        if (await users.TryChangePassword(tenant, known, hash, cancel) is not { } changed) return null;
        await lines.Tidy(tenant, changed, CancellationToken.None);
        return changed;
    }
}
