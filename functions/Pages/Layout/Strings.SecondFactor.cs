namespace Latchkey.Pages;

// The texts of the second factor's pages.
public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public const string SecondFactor = "Two-step verification";
    public const string SecondFactorOff = "Off: your password alone is enough to sign in.";
    public const string SecondFactorOn = "On: to sign in you also need a code from your authenticator app.";
    public const string SecondFactorRemoved = "Two-step verification is off.";
    public const string NoSecondFactor = "Two-step verification is not available here.";
    public const string SetUp = "Set up";
    public const string Change = "Change";
    public const string SetUpSecondFactor = "Set up two-step verification";
    public const string SetUpLead =
        "Scan this with an authenticator app, such as the one that keeps your passwords. Then enter the code that the app shows.";
    public const string QrCode = "QR code for your authenticator app";
    public const string OpenAuthenticator = "Is the app on this device? Open it.";
    public const string TypeSecret = "Can't scan? Type this into the app:";
    public const string TurnOn = "Turn on";
    public const string TurnOff = "Turn off two-step verification";
    public const string AppCode = "Code from your app";
    public const string AppCodeLead = "Enter the code that your authenticator app shows now.";
    public const string RecoveryCode = "Recovery code";
    public const string RecoveryCodeLead = "Enter one of the recovery codes that you kept. Each works once.";
    public const string AnyCode = "Code from your app, or a recovery code";
    public const string UseRecoveryCode = "Use a recovery code instead";
    public const string UseAppCode = "Use your app instead";
    public const string WrongSecondFactor = "The code is wrong, or was used already. Wait for the next one, then try again.";
    public const string WrongSetUpCode = "The code is wrong. Check that your device shows the right time, then enter the code that the app shows now.";
    public const string RecoveryCodes = "Your recovery codes";
    public const string RecoveryCodesLead =
        "Keep these where you find them without your phone: each signs you in once if you lose it. They will not be shown again.";
    public const string CodesKept = "I have kept them";
    public const string NewRecoveryCodes = "Make new recovery codes";
    public const string BackToAccount = "Back to your account";

    public static string RememberBrowser(int days) =>
        days == 1 ? "Don't ask again in this browser for a day" : $"Don't ask again in this browser for {days} days";

    public static string CodesLeft(int count) => count switch
    {
        0 => "You have no recovery codes left.",
        1 => "You have one recovery code left.",
        _ => $"You have {count} recovery codes left.",
    };
}
