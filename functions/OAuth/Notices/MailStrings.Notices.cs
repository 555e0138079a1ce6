using static Latchkey.Languages.Texts;

namespace Latchkey.OAuth;

static partial class MailStrings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string MailDeletionKeep => Text();

    public static string MailDeletionPlannedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailDeletionPlanned(string tenant, string time) => Text(("tenant", tenant), ("time", time));

    public static string MailDeletedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailDeleted(string tenant) => Text(("tenant", tenant));

    public static string MailFileInfectedMore => Text();

    public static string MailFileInfectedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailFileInfected(string tenant, string file) => Text(("tenant", tenant), ("file", file));

    public static string MailFilesButton => Text();

    public static string MailFilesReceivedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailFilesReceived(string tenant) => Text(("tenant", tenant));

    public static string MailKeptSubject(string tenant) => Text(("tenant", tenant));

    public static string MailKept(string tenant) => Text(("tenant", tenant));

    public static string MailNewSignInSubject(string tenant) => Text(("tenant", tenant));

    public static string MailNewSignIn(string tenant, string time) => Text(("tenant", tenant), ("time", time));

    public static string MailNewSignInFrom(string device, string place) => Text(("device", device), ("place", place));

    public static string MailPasswordChangedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailPasswordChanged(string tenant, string time) => Text(("tenant", tenant), ("time", time));

    public static string MailProviderLinkedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailProviderLinked(string tenant, string provider) => Text(("tenant", tenant), ("provider", provider));

    public static string MailProviderUnlinkedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailProviderUnlinked(string tenant, string provider) => Text(("tenant", tenant), ("provider", provider));

    public static string MailWebhookDisabled(string tenant, string host) => Text(("tenant", tenant), ("host", host));

    public static string MailWebhookDisabledMore => Text();

    public static string MailWebhookDisabledSubject(string tenant) => Text(("tenant", tenant));
}
