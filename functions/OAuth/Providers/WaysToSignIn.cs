using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The ways in which a user can sign in besides the password.</summary>
public sealed class WaysToSignIn(LinkedIdentities identities, PasskeyStore passkeys, Settings settings)
{
    /// <summary>True if the user can still sign in without an external account: by a password or passkey, or with a mail's help.</summary>
    public async Task<bool> HasOther(Tenant tenant, User user, CancellationToken cancel)
    {
        var mail = settings.Mail.Mode != MailMode.None && user.VerifiedEmail is not null;
        return (tenant.Accounts.Passwords && (mail || !PasswordHashing.IsOfNothing(user.PasswordHash)))
            || (tenant.Accounts.MailCodes && mail)
            || (tenant.Accounts.Passkeys && (await passkeys.List(tenant, user.Id, cancel)).Count > 0);
    }

    /// <summary>Removes the passkeys and the external accounts of a user who is being deleted.</summary>
    public async Task RemoveAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        await passkeys.RemoveAll(tenant, userId, cancel);
        await identities.RemoveAll(tenant, userId, cancel);
    }
}
