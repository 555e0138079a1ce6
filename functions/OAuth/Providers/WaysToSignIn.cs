using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Whether a user can still sign in without an account elsewhere.</summary>
public sealed class WaysToSignIn(Settings settings)
{
    /// <summary>True if the user has a password, or can get a code or a new password by mail.</summary>
    public bool HasOther(Tenant tenant, User user)
    {
        var mail = settings.Mail.Mode != MailMode.None && user.VerifiedEmail is not null;
        return (tenant.Accounts.Passwords && (mail || !PasswordHashing.IsOfNothing(user.PasswordHash)))
            || (tenant.Accounts.MailCodes && mail);
    }
}
