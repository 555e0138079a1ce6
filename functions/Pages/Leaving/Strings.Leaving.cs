using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

// The texts of the pages on which users take their data with them, and leave.
public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string ThisBrowser => Text();
    public static string YourData => Text();
    public static string MyData => Text();
    public static string MyDataShort => Text();
    public static string MyDataLead => Text();
    public static string DeleteAccount => Text();
    public static string DeleteAccountShort => Text();
    public static string DeleteAccountLead => Text();
    public static string DeleteAccountNow => Text();
    public static string AccountDeleted => Text();
    public static string AccountDeletedLead => Text();
    public static string LeavingTitle => Text();
    public static string KeepAccount => Text();

    public static string DeleteAccountOn(string time) => Text(("time", time));
}
