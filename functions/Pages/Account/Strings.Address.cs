using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string AddressChanged => Text();
    public static string AddressCodeLead => Text();
    public static string AddressCodeOver => Text();
    public static string AddressTaken => Text();
    public static string BackToAccount => Text();
    public static string ChangeAddress => Text();
    public static string NewAddress => Text();
    public static string NoAddress => Text();
    public static string SendCode => Text();
    public static string VerifyAddress => Text();
    public static string WrongPasswordNow => Text();

    public static string AddressVerified(string address) => Text(("address", Isolated(address)));

    public static string AddressNotVerified(string address) => Text(("address", Isolated(address)));
}
