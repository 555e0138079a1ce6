using static Latchkey.Languages.Texts;

namespace Latchkey.OAuth;

static partial class MailStrings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string MailCodeButton => Text();
    public static string MailCodeLead => Text();
    public static string MailCodeLinkLead => Text();
    public static string MailInvitationButton => Text();
    public static string MailInvitationIgnore => Text();
    public static string MailNothingChanged => Text();
    public static string MailSignInButton => Text();
    public static string MailSignUpForgot => Text();
    public static string MailSignUpIgnore => Text();

    public static string MailAddressAsked(string tenant) => Text(("tenant", tenant));

    public static string MailAddressChanged(string tenant) => Text(("tenant", tenant));

    public static string MailAddressChangedSubject(string tenant) => Text(("tenant", tenant));

    public static string MailAddressNotYou(string tenant) => Text(("tenant", tenant));

    public static string MailAddressTaken(string tenant) => Text(("tenant", tenant));

    public static string MailAddressTakenSubject(string tenant) => Text(("tenant", tenant));

    public static string MailInvitation(string tenant) => Text(("tenant", tenant));

    public static string MailInvitationSubject(string tenant) => Text(("tenant", tenant));

    public static string MailSignUpAsked(string tenant) => Text(("tenant", tenant));

    public static string MailSignUpKnown(string tenant) => Text(("tenant", tenant));

    public static string MailSignUpKnownSubject(string tenant) => Text(("tenant", tenant));

    public static string MailCodeSubject(string tenant, string code) => Text(("tenant", tenant), ("code", code));
}
