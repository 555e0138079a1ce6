using Latchkey.OAuth;
using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string SignUp => Text();
    public static string SignUpQuestion => Text();
    public static string SignInQuestion => Text();
    public static string SignUpOff => Text();
    public static string YourName => Text();
    public static string EmailAddress => Text();
    public static string NameFault => Text();
    public static string EmailFault => Text();
    public static string TermsFault => Text();
    public static string TermsLink => Text();
    public static string AcceptTerms => Text();
    public static string TermsTitle => Text();
    public static string TermsLead => Text();
    public static string MailCode => Text();
    public static string CheckMail => Text();
    public static string WrongMailCode => Text();
    public static string MailCodeOver => Text();
    public static string ResendCode => Text();
    public static string AnotherAddress => Text();
    public static string TypeCodeThere => Text();
    public static string TypeCodeThereLead => Text();
    public static string HaveAccount => Text();
    public static string HaveAccountLead => Text();

    public static string InvitationNotGood => Text();

    public static string NewPasswordFault(PasswordFault fault) => fault switch
    {
        OAuth.PasswordFault.TooShort => SignUpPasswordShort(Passwords.MinChars),
        OAuth.PasswordFault.TooLong => SignUpPasswordLong(Passwords.MaxChars),
        OAuth.PasswordFault.NotTypable => SignUpPasswordNotTypable,
        _ => SignUpPasswordIsName,
    };

    public static string DomainFault(IEnumerable<string> domains) => UseDomains(string.Join(", ", domains));

    public static string CodeSentTo(string address) => Text(("address", Isolated(address)));

    public static string SignUpPasswordNote => SignUpPasswordNoteFrom(Passwords.MinChars);

    static string SignUpPasswordNoteFrom(int characters) => Text(("characters", characters));

    static string UseDomains(string domains) => Text(("domains", domains));

    static string SignUpPasswordShort(int chars) => Text(("chars", chars));

    static string SignUpPasswordLong(int chars) => Text(("chars", chars));

    static string SignUpPasswordNotTypable => Text();

    static string SignUpPasswordIsName => Text();
}
