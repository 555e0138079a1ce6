using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The mail with the code of a sign-in. It contains no text that others chose.</summary>
static class MailCodeMessage
{
    /// <summary>Writes the mail. Its code works for ten minutes.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The user's address.</param>
    /// <param name="code">The six digits.</param>
    /// <param name="requestId">The pending request that waits for it.</param>
    public static Message Of(Tenant tenant, string address, string code, string requestId)
    {
        var name = MailWriter.NameOf(tenant);
        return new MailWriter(tenant)
            .Say(MailStrings.MailSignInAsked(name))
            .Say(MailStrings.MailCodeLead)
            .Code(code)
            .Say(MailStrings.MailCodeLinkLead)
            .Link(MailStrings.MailCodeButton, $"{tenant.Issuer}/login/code?request={requestId}&code={code}")
            .Say(MailStrings.MailSignInIgnore)
            .To(address, MailStrings.MailCodeSubject(name, code));
    }
}
