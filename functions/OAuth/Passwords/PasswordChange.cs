using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Gives a user a new password. It signs the user out everywhere, because somebody who is signed in as the user may be the
/// reason for the change.
/// </summary>
public sealed class PasswordChange(Passwords passwords, SessionRevocation revocation, AccountNotices notices)
{
    /// <summary>Changes the password of a user who knows the old one. A wrong old password counts as a failed sign-in.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user who is signed in.</param>
    /// <param name="old">The old password as typed.</param>
    /// <param name="password">The new password, which <see cref="Passwords.Fault"/> has accepted.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>The user as stored afterwards.</returns>
    /// <exception cref="OAuthError"><c>invalid_grant</c>: the old password is wrong; or 429 after too many failures.</exception>
    public async Task<User> Change(Tenant tenant, User user, string old, string password, CancellationToken cancel)
    {
        var known = await passwords.Confirm(tenant, user, old, cancel);
        return known.Id == user.Id && await TrySet(tenant, known, password, cancel) is { } changed
            ? changed : throw OAuthError.InvalidGrant("The current password is wrong.", "the password was changed meanwhile");
    }

    /// <summary>Changes the password of a user of an app. The session in which that is done goes on.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user, who has signed in recently.</param>
    /// <param name="old">The old password as typed; null if the user has none.</param>
    /// <param name="password">The new password, which <see cref="Passwords.Fault"/> has accepted.</param>
    /// <param name="sessionId">The app's session.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="OAuthError"><c>invalid_grant</c>: the old password is wrong; or 429 after too many failures.</exception>
    public async Task ChangeInSession(
        Tenant tenant, User user, string? old, string password, string sessionId, CancellationToken cancel)
    {
        var known = old is null ? user : await passwords.Confirm(tenant, user, old, cancel);
        var hash = await passwords.Hash(password, cancel); // This may be refused, so it comes before the write.
        var changed = await revocation.OfUserBut(tenant, user.Id, sessionId,
            found => found.PasswordHash == known.PasswordHash ? found with { PasswordHash = hash } : null, cancel)
            ?? throw OAuthError.InvalidGrant("The current password is wrong.", "the password was changed meanwhile");
        notices.PasswordChanged(tenant, changed);
    }

    /// <summary>Sets a new password and ends everything that was started with the old one, by one write. The user is told.</summary>
    /// <returns>The user as stored afterwards; null if the password was changed since <paramref name="known"/> was read.</returns>
    public async Task<User?> TrySet(Tenant tenant, User known, string password, CancellationToken cancel)
    {
        var hash = await passwords.Hash(password, cancel); // This may be refused, so it comes before the write.
        var changed = await revocation.OfUserByNewPassword(tenant, known, hash, cancel);
        if (changed is not null) notices.PasswordChanged(tenant, changed);
        return changed;
    }
}
