using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The mail with which a user sets a new password. It contains no text that others chose, so that nobody can use it to send
/// their own: no user's name, and of the tenant's name only words.
/// </summary>
static class ResetMessage
{
    /// <summary>Writes the mail. Its link works for half an hour.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The user's email address.</param>
    /// <param name="link">The link's secret part, which <see cref="PasswordResets"/> checks.</param>
    /// <param name="byAdministrator">True if an administrator sends it, false if somebody entered the user's name.</param>
    public static Message Of(Tenant tenant, string address, string link, bool byAdministrator)
    {
        var name = MailWriter.NameOf(tenant);
        return new MailWriter(tenant)
            .Say(byAdministrator ? MailStrings.MailResetSent(name) : MailStrings.MailResetAsked(name))
            .Say(MailStrings.MailResetLead)
            .Link(MailStrings.MailResetButton, $"{tenant.Issuer}/reset?link={link}")
            .Say(byAdministrator ? MailStrings.MailResetUntilUsed : MailStrings.MailResetIgnore)
            .To(address, MailStrings.MailResetSubject(name));
    }
}
