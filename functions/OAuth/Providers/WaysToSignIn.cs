using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The ways in which a user can sign in, of which the last must stay.</summary>
public sealed class WaysToSignIn(
    UserStore users, LinkedIdentities identities, PasskeyStore passkeys, AccountNotices notices, Settings settings)
{
    /// <summary>409 <c>last_way_to_sign_in</c></summary>
    public static Problem Last() => Problem.Conflict("last_way_to_sign_in", "This is the user's only way to sign in.");

    /// <summary>True if the user can sign in by these rules at all.</summary>
    public async Task<bool> HasAny(Tenant tenant, User user, CancellationToken cancel) =>
        HasPasswordOrMail(tenant, user) || await HasPasskey(tenant, user, null, cancel) || await HasAccount(tenant, user, null, cancel);

    /// <summary>True if the user can still sign in without this passkey.</summary>
    public async Task<bool> HasWithout(Tenant tenant, User user, Passkey passkey, CancellationToken cancel) =>
        HasPasswordOrMail(tenant, user) || await HasPasskey(tenant, user, passkey, cancel) || await HasAccount(tenant, user, null, cancel);

    /// <summary>
    /// Unlinks an external account, unless the user would have no way to sign in any more. It is one transaction with the user's
    /// row: of two ways that are removed at the same instant, the second is looked at again after the first is gone. The user is told.
    /// </summary>
    /// <returns>True once it is unlinked; false if it must stay; null if the user has none of this provider.</returns>
    public async Task<bool?> Unlink(Tenant tenant, string userId, string? provider, CancellationToken cancel)
    {
        while (true)
        {
            if (await users.Find(tenant, userId, cancel) is not { } user) return null;
            var linked = await identities.Of(tenant, userId, cancel);
            if (linked.FirstOrDefault(each => each.Provider == provider) is not { } account) return null;
            if (!HasPasswordOrMail(tenant, user) && !await HasPasskey(tenant, user, null, cancel)
                && !await HasAccount(tenant, user, account, cancel)) return false;
            if (!await users.TryReplace(tenant, user, LinkedIdentities.Deletions(tenant, account), cancel)) continue;
            notices.ProviderUnlinked(tenant, user, tenant.Providers.GetValueOrDefault(account.Provider)?.Name ?? account.Provider);
            return true;
        }
    }

    /// <summary>Removes the passkeys and the external accounts of a user who is being deleted.</summary>
    public async Task RemoveAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        await passkeys.RemoveAll(tenant, userId, cancel);
        await identities.RemoveAll(tenant, userId, cancel);
    }

    // A user without a password gets one by a mail to the verified address.
    bool HasPasswordOrMail(Tenant tenant, User user)
    {
        var mail = settings.Mail.Mode != MailMode.None && user.VerifiedEmail is not null;
        return (tenant.Accounts.Passwords && (mail || !PasswordHashing.IsOfNothing(user.PasswordHash)))
            || (tenant.Accounts.MailCodes && mail);
    }

    // One that is being removed counts no more.
    async Task<bool> HasPasskey(Tenant tenant, User user, Passkey? without, CancellationToken cancel) =>
        tenant.Accounts.Passkeys && (await passkeys.List(tenant, user.Id, cancel))
            .Any(passkey => passkey.Id != without?.Id && !user.RemovedPasskeys.Contains(passkey.Id));

    // An account at a provider that the tenant no longer has signs nobody in.
    async Task<bool> HasAccount(Tenant tenant, User user, LinkedIdentity? without, CancellationToken cancel) =>
        (await identities.Of(tenant, user.Id, cancel))
            .Any(each => each.Provider != without?.Provider && tenant.Providers.ContainsKey(each.Provider));
}
