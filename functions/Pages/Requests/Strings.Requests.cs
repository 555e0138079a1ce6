using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string RequestByNobody => Text();
    public static string RequestChoose => Text();
    public static string RequestClosed => Text();
    public static string RequestDrop => Text();
    public static string RequestEmail => Text();
    public static string RequestEndedLead => Text();
    public static string RequestExpired => Text();
    public static string RequestFull => Text();
    public static string RequestFullLead => Text();
    public static string RequestName => Text();
    public static string RequestNeedsScript => Text();
    public static string RequestNote => Text();
    public static string RequestSend => Text();

    public static string RequestBy(string name) => Text(("name", name));

    public static string RequestUntil(string time) => Text(("time", time));

    public static string RequestMaxSize(string size) => Text(("size", size));

    public static string RequestTypes(string types) => Text(("types", types));
}
