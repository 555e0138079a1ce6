using Latchkey.Languages;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Tells users by mail that a passkey was added or removed, because whoever did it may be somebody else. It is not waited for, and a
/// mail that fails changes nothing. The mail contains no text that anybody chose.
/// </summary>
public sealed class PasskeyNotices(UnseenMail mail)
{
    /// <summary>A passkey was added.</summary>
    public void Added(Tenant tenant, User user, Passkey passkey)
    {
        var name = MailWriter.NameOf(tenant);
        Send(tenant, user, () => MailStrings.MailPasskeyAddedSubject(name),
            () => MailStrings.MailPasskeyAdded(name, Texts.Time(passkey.CreatedAt)));
    }

    /// <summary>A passkey was removed.</summary>
    public void Removed(Tenant tenant, User user, Passkey passkey)
    {
        var name = MailWriter.NameOf(tenant);
        Send(tenant, user, () => MailStrings.MailPasskeyRemovedSubject(name),
            () => MailStrings.MailPasskeyRemoved(name, Texts.Time(passkey.CreatedAt)));
    }

    // The texts are functions, because they are in the user's language and not in that of the request.
    void Send(Tenant tenant, User user, Func<string> subject, Func<string> text)
    {
        if (user.Email is not { } address) return;
        _ = mail.TrySend(tenant, user, () => new MailWriter(tenant).Say(text()).Say(MailStrings.MailPasskeyNotYou)
            .Link(MailStrings.MailPasskeyButton, $"{tenant.Issuer}/account").To(address, subject()));
    }
}
