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
        var (name, time) = (MailWriter.NameOf(tenant), Texts.Time(passkey.CreatedAt));
        Send(tenant, user, MailStrings.MailPasskeyAddedSubject(name), MailStrings.MailPasskeyAdded(name, time));
    }

    /// <summary>A passkey was removed.</summary>
    public void Removed(Tenant tenant, User user, Passkey passkey)
    {
        var (name, time) = (MailWriter.NameOf(tenant), Texts.Time(passkey.CreatedAt));
        Send(tenant, user, MailStrings.MailPasskeyRemovedSubject(name), MailStrings.MailPasskeyRemoved(name, time));
    }

    void Send(Tenant tenant, User user, string subject, string text)
    {
        if (user.Email is not { } address) return;
        var message = new MailWriter(tenant).Say(text).Say(MailStrings.MailPasskeyNotYou)
            .Link(MailStrings.MailPasskeyButton, $"{tenant.Issuer}/account").To(address, subject);
        _ = mail.TrySend(tenant, () => Task.FromResult<Message?>(message));
    }
}
