using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The mails of a sign-up. They contain no text that others chose, so that nobody can use them to send their own: whoever types an
/// address also types the name.
/// </summary>
static class SignUpMessage
{
    /// <summary>The mail with the code, which works for ten minutes.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The address.</param>
    /// <param name="code">The six digits.</param>
    /// <param name="requestId">The pending request that waits for it.</param>
    public static Message Code(Tenant tenant, string address, string code, string requestId) => CodeMessage.Of(
        tenant, address, code, $"signup?request={requestId}",
        MailStrings.MailSignUpAsked(MailWriter.NameOf(tenant)), MailStrings.MailSignUpIgnore);

    /// <summary>The mail to somebody who has an account already.</summary>
    public static Message Known(Tenant tenant, string address)
    {
        var name = MailWriter.NameOf(tenant);
        return new MailWriter(tenant)
            .Say(MailStrings.MailSignUpKnown(name))
            .Link(MailStrings.MailSignInButton, $"{tenant.Issuer}/account")
            .Say(MailStrings.MailSignUpForgot)
            .Link(MailStrings.MailResetButton, $"{tenant.Issuer}/reset")
            .Say(MailStrings.MailNothingChanged)
            .To(address, MailStrings.MailSignUpKnownSubject(name));
    }
}
