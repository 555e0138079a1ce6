using Latchkey.OAuth;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public const string SignUp = "Create an account";
    public const string SignUpQuestion = "New here?";
    public const string SignInQuestion = "Have an account?";
    public const string SignUpOff = "You can't create an account here. Ask the people who run this service for one.";
    public const string YourName = "Name";
    public const string EmailAddress = "Email address";
    public const string NameFault = "Enter a name of 1 to 100 characters.";
    public const string EmailFault = "Enter an email address, such as ada@example.com.";
    public const string TermsFault = "You have to accept the terms of use.";
    public const string TermsLink = "terms of use";
    public const string AcceptTerms = "I accept the";
    public const string TermsTitle = "Terms of use";
    public const string TermsLead = "Read and accept the terms of use to go on.";
    public const string MailCode = "Code";
    public const string CheckMail = "Check your email";
    public const string WrongMailCode = "The code is wrong. Check the email and try again.";
    public const string MailCodeOver = "This code no longer works. Send a new one.";
    public const string ResendCode = "Send a new code";
    public const string AnotherAddress = "Use another address";
    public const string TypeCodeThere = "Type the code";
    public const string TypeCodeThereLead =
        "This link works only in the browser or app where you began. Go back there and type the code from the email.";
    public const string HaveAccount = "You have an account already";
    public const string HaveAccountLead = "There is already an account with this email address. Sign in to it.";

    public static string NewPasswordFault(PasswordFault fault) => fault switch
    {
        OAuth.PasswordFault.TooShort => $"The password must have at least {Passwords.MinChars} characters.",
        OAuth.PasswordFault.TooLong => $"The password must have at most {Passwords.MaxChars} characters.",
        OAuth.PasswordFault.NotTypable => "The password contains a character that can't be typed.",
        _ => "The password must not be your email address.",
    };

    public static string DomainFault(IEnumerable<string> domains) => $"Use an email address of {string.Join(", ", domains)}.";

    public static string CodeSentTo(string address) => $"Enter the code that we have sent to {address}. It works for ten minutes.";
}
