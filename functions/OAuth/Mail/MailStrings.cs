using static Latchkey.Languages.Texts;

namespace Latchkey.OAuth;

/// <summary>The texts of mails, in the language of their reader. See <c>Pages/Layout/Strings.cs</c>.</summary>
static partial class MailStrings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string MailResetSubject(string tenant) => Text(("tenant", tenant));

    public static string MailResetAsked(string tenant) => Text(("tenant", tenant));

    public static string MailResetSent(string tenant) => Text(("tenant", tenant));

    public static string MailResetLead => Text();
    public static string MailResetButton => Text();
    public static string MailResetIgnore => Text();
    public static string MailResetUntilUsed => Text();

    public static string MailDeviceKeySubject(string tenant) => Text(("tenant", tenant));

    public static string MailDeviceKey(string tenant, string time) => Text(("tenant", tenant), ("time", time));

    public static string MailPasskeyAddedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailPasskeyAdded(string tenant, string time) => Text(("tenant", tenant), ("time", time));

    public static string MailPasskeyRemovedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailPasskeyRemoved(string tenant, string time) => Text(("tenant", tenant), ("time", time));

    public static string MailPasskeyNotYou => Text();
    public static string MailPasskeyButton => Text();
}
