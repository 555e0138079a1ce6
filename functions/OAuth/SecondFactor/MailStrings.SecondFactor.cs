using static Latchkey.Languages.Texts;

namespace Latchkey.OAuth;

// The texts of mails about the second factor.
static partial class MailStrings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string MailFactorSetUpSubject(string tenant) => Text(("tenant", tenant));

    public static string MailFactorRemovedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailFactorResetSubject(string tenant) => Text(("tenant", tenant));

    public static string MailFactorCodesSubject(string tenant) => Text(("tenant", tenant));

    public static string MailFactorUsedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailFactorLead(string tenant) => Text(("tenant", tenant));

    public static string MailFactorUsed(int left) => Text(("left", left));

    public static string MailFactorSetUp => Text();
    public static string MailFactorRemoved => Text();
    public static string MailFactorReset => Text();
    public static string MailFactorCodes => Text();
    public static string MailFactorFew => Text();
    public static string MailFactorNotYou => Text();
    public static string MailFactorButton => Text();
}
