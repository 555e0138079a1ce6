using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What has happened to a user's second factor.</summary>
public enum SecondFactorEvent
{
    /// <summary>The user, or somebody who is signed in as the user, has set it up.</summary>
    SetUp,

    /// <summary>The user, or somebody who has a code, has removed it.</summary>
    Removed,

    /// <summary>An administrator has removed it.</summary>
    Reset,

    /// <summary>A recovery code was used.</summary>
    CodeUsed,

    /// <summary>There are new recovery codes.</summary>
    NewCodes,
}

/// <summary>Tells users by mail what has happened to their second factor, so that they notice if it was somebody else.</summary>
public sealed class SecondFactorMail(UnseenMail mail)
{
    const int FewCodes = 3;

    /// <summary>
    /// Sends the mail, if the user has an address and this deployment can send mail. Nobody waits for it: what has happened stands,
    /// whether the mail is accepted or not.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user.</param>
    /// <param name="what">What has happened.</param>
    /// <param name="left">How many recovery codes are left.</param>
    public void Notify(Tenant tenant, User user, SecondFactorEvent what, int left = 0)
    {
        if (user.Email is { } address) _ = mail.TrySend(tenant, user, () => Of(tenant, address, what, left));
    }

    static Message Of(Tenant tenant, string address, SecondFactorEvent what, int left)
    {
        var name = MailWriter.NameOf(tenant);
        var (subject, text) = what switch
        {
            SecondFactorEvent.SetUp => (MailStrings.MailFactorSetUpSubject(name), MailStrings.MailFactorSetUp),
            SecondFactorEvent.Removed => (MailStrings.MailFactorRemovedSubject(name), MailStrings.MailFactorRemoved),
            SecondFactorEvent.Reset => (MailStrings.MailFactorResetSubject(name), MailStrings.MailFactorReset),
            SecondFactorEvent.NewCodes => (MailStrings.MailFactorCodesSubject(name), MailStrings.MailFactorCodes),
            _ => (MailStrings.MailFactorUsedSubject(name), MailStrings.MailFactorUsed(left)),
        };
        var mail = new MailWriter(tenant).Say(MailStrings.MailFactorLead(name)).Say(text);
        if (what == SecondFactorEvent.CodeUsed && left <= FewCodes) mail.Say(MailStrings.MailFactorFew);
        return mail.Say(MailStrings.MailFactorNotYou).Link(MailStrings.MailFactorButton, $"{tenant.Issuer}/account").To(address, subject);
    }
}
