using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string Passkeys => Text();
    public static string PasskeysLead => Text();
    public static string PasskeysShort => Text();
    public static string ManagePasskeys => Text();
    public static string AddPasskey => Text();
    public static string PasskeyName => Text();
    public static string PasskeyNameNote => Text();
    public static string PasskeyNameFault => Text();
    public static string PasskeyNotAdded => Text();
    public static string PasskeyExists => Text();
    public static string TooManyPasskeys => Text();
    public static string LastPasskey => Text();
    public static string PasskeysNeedScript => Text();
    public static string PasskeysUnsupported => Text();
    public static string Rename => Text();
    public static string SignInWithPasskey => Text();
    public static string PasskeyFailed => Text();
    public static string PasskeyOffer => Text();
    public static string PasskeyOfferLead => Text();
    public static string NotNow => Text();

    public static string RenamePasskey(string name) => Text(("name", name));

    public static string RemovePasskey(string name) => Text(("name", name));

    public static string PasskeyTimes(TimeSpan sinceCreation, TimeSpan? sinceUse) =>
        sinceUse is { } used ? PasskeyUsed(Ago(sinceCreation), Ago(used)) : PasskeyUnused(Ago(sinceCreation));

    public static string? PasskeyDone(string? action) => action switch
    {
        "add" => PasskeyAdded,
        "rename" => PasskeyRenamed,
        "remove" => PasskeyRemoved,
        _ => null,
    };

    static string PasskeyUsed(string added, string used) => Text(("added", added), ("used", used));

    static string PasskeyUnused(string added) => Text(("added", added));

    static string PasskeyAdded => Text();

    static string PasskeyRenamed => Text();

    static string PasskeyRemoved => Text();
}
