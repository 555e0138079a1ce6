using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

// The texts of the second factor's pages.
public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string SecondFactor => Text();
    public static string SecondFactorOff => Text();
    public static string SecondFactorOn => Text();
    public static string SecondFactorRemoved => Text();
    public static string NoSecondFactor => Text();
    public static string SetUp => Text();
    public static string Change => Text();
    public static string SetUpSecondFactor => Text();
    public static string SetUpLead => Text();
    public static string QrCode => Text();
    public static string OpenAuthenticator => Text();
    public static string TypeSecret => Text();
    public static string TurnOn => Text();
    public static string TurnOff => Text();
    public static string AppCode => Text();
    public static string AppCodeLead => Text();
    public static string RecoveryCode => Text();
    public static string RecoveryCodeLead => Text();
    public static string AnyCode => Text();
    public static string UseRecoveryCode => Text();
    public static string UseAppCode => Text();
    public static string WrongSecondFactor => Text();
    public static string WrongSetUpCode => Text();
    public static string RecoveryCodes => Text();
    public static string RecoveryCodesLead => Text();
    public static string CodesKept => Text();
    public static string NewRecoveryCodes => Text();

    public static string RememberBrowser(int days) => Text(("days", days));

    public static string CodesLeft(int count) => Text(("count", count));
}
