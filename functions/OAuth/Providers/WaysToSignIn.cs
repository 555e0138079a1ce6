using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The ways in which a user can sign in, of which the last must stay.</summary>
public sealed class WaysToSignIn(LinkedIdentities identities, PasskeyStore passkeys, AccountNotices notices, Settings settings)
{
    /// <summary>409 <c>last_way_to_sign_in</c></summary>
    public static Problem Last() => Problem.Conflict("last_way_to_sign_in", "This is the user's only way to sign in.");

    /// <summary>True if the user can sign in by these rules at all.</summary>
    public async Task<bool> HasAny(Tenant tenant, User user, CancellationToken cancel) =>
        HasPasswordOrMail(tenant, user) || await HasPasskey(tenant, user, cancel) || await HasAccount(tenant, user, null, cancel);

    /// <summary>True if the user can still sign in without any passkey.</summary>
    public async Task<bool> HasWithoutPasskeys(Tenant tenant, User user, CancellationToken cancel) =>
        HasPasswordOrMail(tenant, user) || await HasAccount(tenant, user, null, cancel);

    /// <summary>True if the user can still sign in without this external account.</summary>
    public async Task<bool> HasWithout(Tenant tenant, User user, LinkedIdentity account, CancellationToken cancel) =>
        HasPasswordOrMail(tenant, user) || await HasPasskey(tenant, user, cancel) || await HasAccount(tenant, user, account, cancel);

    /// <summary>Unlinks an external account, which the user can do without (<see cref="HasWithout"/>). The user is told.</summary>
    public async Task Unlink(Tenant tenant, User user, LinkedIdentity account, CancellationToken cancel)
    {
        if (await identities.TryRemove(tenant, account, cancel))
            notices.ProviderUnlinked(tenant, user, tenant.Providers.GetValueOrDefault(account.Provider)?.Name ?? account.Provider);
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

    async Task<bool> HasPasskey(Tenant tenant, User user, CancellationToken cancel) =>
        tenant.Accounts.Passkeys && (await passkeys.List(tenant, user.Id, cancel)).Count > 0;

    // An account at a provider that the tenant no longer has signs nobody in.
    async Task<bool> HasAccount(Tenant tenant, User user, LinkedIdentity? without, CancellationToken cancel) =>
        (await identities.Of(tenant, user.Id, cancel)).Any(each => each.Key != without?.Key && tenant.Providers.ContainsKey(each.Provider));
}
