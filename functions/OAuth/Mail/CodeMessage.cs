using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A mail with a one-time code to type, and a link that fills it in. It contains no text that others chose.</summary>
static class CodeMessage
{
    /// <summary>Writes the mail. Its code works for <see cref="OneTimeCodes.Life"/>.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The address.</param>
    /// <param name="code">The six digits.</param>
    /// <param name="page">The page where the code is typed, under the tenant, with a query; null if it is typed in an app.</param>
    /// <param name="asked">What somebody has asked for, in words.</param>
    /// <param name="otherwise">What to do for whoever has not asked.</param>
    public static Message Of(Tenant tenant, string address, string code, string? page, string asked, string otherwise)
    {
        var mail = new MailWriter(tenant).Say(asked).Say(MailStrings.MailCodeLead).Code(code);
        if (page is not null)
            mail.Say(MailStrings.MailCodeLinkLead).Link(MailStrings.MailCodeButton, $"{tenant.Issuer}/{page}&code={code}");
        return mail.Say(otherwise).To(address, MailStrings.MailCodeSubject(MailWriter.NameOf(tenant), code));
    }
}
