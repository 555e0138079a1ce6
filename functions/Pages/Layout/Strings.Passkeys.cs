namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public const string Passkeys = "Passkeys";
    public const string PasskeysLead =
        "A passkey signs you in with your finger, face or PIN instead of a password. It works only on this site, so nobody can trick you out of it.";
    public const string PasskeysShort = "Sign in with your finger, face or PIN.";
    public const string ManagePasskeys = "Manage passkeys";
    public const string AddPasskey = "Add a passkey";
    public const string PasskeyName = "Name of the passkey";
    public const string PasskeyNameNote = "Optional: something by which you recognise the device.";
    public const string PasskeyNameFault = "A name has 1 to 60 characters.";
    public const string PasskeyNotAdded = "No passkey was added. Try again.";
    public const string PasskeyExists = "This device already has a passkey for your account.";
    public const string TooManyPasskeys = "You have as many passkeys as an account can have. Remove one first.";
    public const string LastPasskey = "This passkey is your only way to sign in. Add another one before you remove it.";
    public const string PasskeysNeedScript = "To add a passkey, allow JavaScript in this browser.";
    public const string PasskeysUnsupported = "This browser can't make passkeys.";
    public const string BackToAccount = "Back to your account";
    public const string Rename = "Rename";
    public const string SignInWithPasskey = "Sign in with a passkey";
    public const string PasskeyFailed = "The passkey did not work. Try again, or sign in another way.";

    public static string RenamePasskey(string name) => $"Rename {name}";

    public static string RemovePasskey(string name) => $"Remove {name}";

    public static string PasskeyTimes(TimeSpan sinceCreation, TimeSpan? sinceUse) => sinceUse is { } used
        ? $"Added {Ago(sinceCreation)}, last used {Ago(used)}" : $"Added {Ago(sinceCreation)}, not used yet";

    public static string? PasskeyDone(string? action) => action switch
    {
        "add" => "The passkey is added.",
        "rename" => "The passkey has its new name.",
        "remove" => "The passkey is removed. It no longer signs anybody in. Delete it on your device, too.",
        _ => null,
    };
}
