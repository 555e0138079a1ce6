using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string SignInByCode => Text();
    public static string SignInByCodeLead => Text();
    public static string SignInByCodeOff => Text();
    public static string NameOrEmail => Text();
    public static string NameNeeded => Text();
    public static string MailCodeMaybe => Text();
}
