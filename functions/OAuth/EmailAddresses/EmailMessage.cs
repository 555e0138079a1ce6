using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The mails about a user's address. They contain no text that others chose.</summary>
static class EmailMessage
{
    /// <summary>The code that proves that the address is the user's.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The address to prove.</param>
    /// <param name="code">The six digits.</param>
    /// <param name="codeId">The code's id, for our own page; null if the code is typed in an app.</param>
    public static Message Code(Tenant tenant, string address, string code, string? codeId) => CodeMessage.Of(
        tenant, address, code, codeId is null ? null : $"account/email?sent={codeId}",
        MailStrings.MailAddressAsked(MailWriter.NameOf(tenant)), MailStrings.MailNothingChanged);

    /// <summary>The mail to somebody whose address another user wants to have.</summary>
    public static Message Taken(Tenant tenant, string address)
    {
        var name = MailWriter.NameOf(tenant);
        return new MailWriter(tenant)
            .Say(MailStrings.MailAddressTaken(name))
            .Link(MailStrings.MailSignInButton, $"{tenant.Issuer}/account")
            .Say(MailStrings.MailNothingChanged)
            .To(address, MailStrings.MailAddressTakenSubject(name));
    }

    /// <summary>The mail to the former address.</summary>
    public static Message Changed(Tenant tenant, string address)
    {
        var name = MailWriter.NameOf(tenant);
        return new MailWriter(tenant)
            .Say(MailStrings.MailAddressChanged(name))
            .Say(MailStrings.MailAddressNotYou(name))
            .Link(MailStrings.MailSignInButton, $"{tenant.Issuer}/account")
            .To(address, MailStrings.MailAddressChangedSubject(name));
    }
}
