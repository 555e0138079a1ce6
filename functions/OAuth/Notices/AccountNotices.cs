using Latchkey.Languages;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Tells users by mail what has happened to their account, because it may have been somebody else. Nobody waits for the mail, and one
/// that fails changes nothing. It is in the user's language if that is known, otherwise in that of the request at hand. It contains
/// no text that a user chose.
/// </summary>
public sealed class AccountNotices(UnseenMail mail, TimeProvider clock)
{
    /// <summary>False if this deployment can't send email.</summary>
    public bool Possible => mail.Possible;

    /// <summary>The password was changed, or reset.</summary>
    public void PasswordChanged(Tenant tenant, User user) => Send(tenant, user, name => new Notice(
        MailStrings.MailPasswordChangedSubject(name), MailStrings.MailPasswordChanged(name, Texts.Time(clock.GetUtcNow()))));

    /// <summary>An account at a provider was linked.</summary>
    public void ProviderLinked(Tenant tenant, User user, string provider) => Send(tenant, user, name => new Notice(
        MailStrings.MailProviderLinkedSubject(name), MailStrings.MailProviderLinked(name, MailWriter.Words(provider))));

    /// <summary>An account at a provider was unlinked.</summary>
    public void ProviderUnlinked(Tenant tenant, User user, string provider) => Send(tenant, user, name => new Notice(
        MailStrings.MailProviderUnlinkedSubject(name), MailStrings.MailProviderUnlinked(name, MailWriter.Words(provider))));

    /// <summary>Somebody has signed in with a browser that is new to the account.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user.</param>
    /// <param name="device">The kind of browser and device, in words.</param>
    /// <param name="place">The network, without the part that identifies a person.</param>
    public void NewSignIn(Tenant tenant, User user, string device, string place) => Send(tenant, user, name => new Notice(
        MailStrings.MailNewSignInSubject(name), MailStrings.MailNewSignIn(name, Texts.Time(clock.GetUtcNow())))
    {
        More = MailStrings.MailNewSignInFrom(device, place),
    });

    /// <summary>A device has published a key for sealed messages.</summary>
    public void DeviceKeyAdded(Tenant tenant, User user) => Send(tenant, user, name => new Notice(
        MailStrings.MailDeviceKeySubject(name), MailStrings.MailDeviceKey(name, Texts.Time(clock.GetUtcNow()))));

    /// <summary>Files have come by a request of the user's.</summary>
    public void FilesReceived(Tenant tenant, User user) => Send(tenant, user, name =>
        new Notice(MailStrings.MailFilesReceivedSubject(name), MailStrings.MailFilesReceived(name)) { Page = "my-files" });

    /// <summary>The account will be deleted.</summary>
    public void DeletionPlanned(Tenant tenant, User user, DateTimeOffset at) => Send(tenant, user, name => new Notice(
        MailStrings.MailDeletionPlannedSubject(name), MailStrings.MailDeletionPlanned(name, Texts.Time(at)))
    {
        More = MailStrings.MailDeletionKeep,
        Button = MailStrings.MailSignInButton,
    });

    /// <summary>The user has changed their mind: the account stays.</summary>
    public void Kept(Tenant tenant, User user) =>
        Send(tenant, user, name => new Notice(MailStrings.MailKeptSubject(name), MailStrings.MailKept(name)));

    /// <summary>The account was deleted.</summary>
    public void Deleted(Tenant tenant, User user) => Send(tenant, user, name =>
        new Notice(MailStrings.MailDeletedSubject(name), MailStrings.MailDeleted(name)) { Button = null });

    /// <summary>Malware was found in a file of the user's, or of a group of theirs. The name's words are all that it tells of it.</summary>
    public Task FileInfected(Tenant tenant, User user, string file) => user.Email is not { } address ? Task.CompletedTask
        : mail.TrySend(tenant, user, () =>
        {
            var name = MailWriter.NameOf(tenant);
            return new MailWriter(tenant).Say(MailStrings.MailFileInfected(name, MailWriter.Words(file)))
                .Say(MailStrings.MailFileInfectedMore).To(address, MailStrings.MailFileInfectedSubject(name));
        });

    /// <summary>A webhook at this host, which the user looks after, was switched off.</summary>
    public Task WebhookDisabled(Tenant tenant, User user, string host) => user.Email is not { } address ? Task.CompletedTask
        : mail.TrySend(tenant, user, () =>
        {
            var name = MailWriter.NameOf(tenant);
            return new MailWriter(tenant).Say(MailStrings.MailWebhookDisabled(name, MailWriter.Words(host)))
                .Say(MailStrings.MailWebhookDisabledMore).To(address, MailStrings.MailWebhookDisabledSubject(name));
        });

    void Send(Tenant tenant, User user, Func<string, Notice> write)
    {
        if (user.Email is { } address) _ = mail.TrySend(tenant, user, () => Write(tenant, address, write));
    }

    static Message Write(Tenant tenant, string address, Func<string, Notice> write)
    {
        var notice = write(MailWriter.NameOf(tenant));
        var message = new MailWriter(tenant).Say(notice.Text);
        if (notice.More is not null) message.Say(notice.More);
        if (notice.Page is { } page)
            return message.Link(MailStrings.MailFilesButton, $"{tenant.Issuer}/{page}").To(address, notice.Subject);
        if (notice.Button is null) return message.To(address, notice.Subject);
        return message.Say(MailStrings.MailFactorNotYou).Link(notice.Button, $"{tenant.Issuer}/account").To(address, notice.Subject);
    }

    sealed record Notice(string Subject, string Text)
    {
        public string? More { get; init; }

        // Nothing to worry about, only to look at.
        public string? Page { get; init; }

        public string? Button { get; init; } = MailStrings.MailFactorButton;
    }
}
