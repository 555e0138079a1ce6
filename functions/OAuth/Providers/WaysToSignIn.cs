using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The ways in which a user can sign in. The last one can't be taken away.</summary>
public sealed class WaysToSignIn(LinkedIdentities identities, PasskeyStore passkeys, AccountNotices notices, Settings settings)
{
    /// <summary>True if the user can sign in without a passkey: by a password, with a mail's help, or with an external account.</summary>
    public async Task<bool> HasOtherThanPasskeys(Tenant tenant, User user, CancellationToken cancel) => HasOwn(tenant, user)
        || (await identities.Of(tenant, user.Id, cancel)).Any(identity => tenant.Providers.ContainsKey(identity.Provider));

    /// <summary>Unlinks a user's external account, unless it is the only way to sign in. The user is told.</summary>
    /// <returns>True once it is unlinked; false if it must stay; null if the user has none of this provider.</returns>
    public async Task<bool?> Unlink(Tenant tenant, User user, string? provider, CancellationToken cancel)
    {
        var linked = await identities.Of(tenant, user.Id, cancel);
        if (linked.FirstOrDefault(identity => identity.Provider == provider) is not { } found) return null;
        if (linked.Count == 1 && !HasOwn(tenant, user)
            && !(tenant.Accounts.Passkeys && (await passkeys.List(tenant, user.Id, cancel)).Count > 0)) return false;
        if (await identities.TryRemove(tenant, found, cancel))
            notices.ProviderUnlinked(tenant, user, tenant.Providers.GetValueOrDefault(found.Provider)?.Name ?? found.Provider);
        return true;
    }

    /// <summary>Removes the passkeys and the external accounts of a user who is being deleted.</summary>
    public async Task RemoveAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        await passkeys.RemoveAll(tenant, userId, cancel);
        await identities.RemoveAll(tenant, userId, cancel);
    }

    bool HasOwn(Tenant tenant, User user)
    {
        var mail = settings.Mail.Mode != MailMode.None && user.VerifiedEmail is not null;
        return (tenant.Accounts.Passwords && (mail || !PasswordHashing.IsOfNothing(user.PasswordHash))) || (tenant.Accounts.MailCodes && mail);
    }
}
