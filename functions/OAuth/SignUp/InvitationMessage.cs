using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The mail with which somebody who was invited makes an account. It contains no text that others chose.</summary>
static class InvitationMessage
{
    /// <summary>Writes the mail. Its link works for a week.</summary>
    public static Message Of(Tenant tenant, string address, string link)
    {
        var name = MailWriter.NameOf(tenant);
        return new MailWriter(tenant)
            .Say(MailStrings.MailInvitation(name))
            .Link(MailStrings.MailInvitationButton, $"{tenant.Issuer}/signup?invitation={link}")
            .Say(MailStrings.MailInvitationIgnore)
            .To(address, MailStrings.MailInvitationSubject(name));
    }
}
