using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string ConnectDevice => Text();
    public static string DeviceLead => Text();
    public static string DeviceCode => Text();
    public static string WrongDeviceCode => Text();
    public static string DeviceWarning => Text();
    public static string DeviceConnected => Text();
    public static string DeviceConnectedLead => Text();
    public static string DeviceNotConnected => Text();

    public static string DeviceWants(string app) => Text(("app", app));

    public static string DeviceShows(string code) => Text(("code", code));
}
