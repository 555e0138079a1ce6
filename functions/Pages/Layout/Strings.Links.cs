namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public const string Download = "Download";
    public const string LinkNotFound = "This link does not work";
    public const string LinkNotFoundLead = "It was mistyped, has expired, or was revoked.";
    public const string LinkUsedUp = "This link has no downloads left";
    public const string LinkUsedUpLead = "The file has been downloaded as often as the link allows.";
    public const string LinkFileLost = "This file is lost";
    public const string LinkFileLostLead = "Storage no longer has it.";
    public const string LinkWrongPassword = "The password is wrong.";
    public const string TryAgainSoon = "Try again in a moment.";
}
