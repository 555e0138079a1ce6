using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Pages;

/// <summary>
/// The texts that pages show: here those of the sign-in, in Strings.Links.cs those of share links, in Strings.BuiltIn.cs those of the
/// other pages. The page my-files has most of its own in its views and scripts.
/// </summary>
public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public const string SignIn = "Sign in";
    public const string UserName = "User name";
    public const string Password = "Password";
    public const string Cancel = "Cancel";
    public const string Allow = "Allow";
    public const string Deny = "Don't allow";
    public const string Continue = "Continue";
    public const string AnotherAccount = "Not you?";
    public const string SignedInAs = "Signed in as";
    public const string WrongPassword = "The user name or password is wrong.";
    public const string AllowOnlyIf = "Allow this only if you know and trust this app.";
    public const string GoOnOnlyIf = "Continue only if you have just come from this app.";
    public const string SignedIn = "You are signed in";
    public const string NotAllowed = "Access denied";
    public const string NothingShared = "Nothing was shared with the app.";
    public const string AlmostThere = "One moment";
    public const string ErrorTitle = "Something went wrong";
    public const string StartAgain = "Go back to the app and start again.";
    public const string TellDeveloper = "Go back to the app and try again. If it happens again, tell the app's developers:";
    public const string Later = "The problem is on our side. Wait a moment, then go back to the app and try again.";
    public const string UnknownTenant = "This page does not exist.";

    public static string ToContinueTo(string app) => $"to continue to {app}";

    public static string WantsTo(string app) => $"{app} wants to";

    public static string ContinueTo(string app) => $"Continue to {app}?";

    public static string ReturnTo(string app) => $"Return to {app}";

    public static string ReturnLead(string app) => $"{app} should open automatically. If it does not, use this button.";

    public static string GoesBackTo(string place) => $"You will return to {place}. You can withdraw this permission at any time.";

    public static string OnlyGoesBackTo(string place) => $"You will return to {place}.";

    public static string TooManyTries(int seconds) => seconds < 120
        ? $"Too many attempts. Wait {seconds} seconds, then try again."
        : $"Too many attempts. Wait {(seconds + 59) / 60} minutes, then try again.";

    /// <summary>A scope in words that a user understands; an unknown scope as it is.</summary>
    public static string Scope(string token, string tenant) => token switch
    {
        Scopes.OpenId => $"Recognise you by your {tenant} account",
        "profile" => "See your name",
        "email" => "See your email address",
        Scopes.OfflineAccess => "Keep you signed in until you sign out",
        Scopes.FilesRead => "See and download your files",
        Scopes.FilesWrite => "Add, change and delete your files",
        Scopes.FilesShare => "Share your files with others",
        Scopes.Admin => $"Administer {tenant}: users, apps and settings",
        _ => token,
    };

    /// <summary>What the user can do about a failure, and the technical text for the app's developers; or null.</summary>
    public static (string ForUser, string? ForDeveloper) Failure(Problem problem) => problem switch
    {
        { Code: "sign_in_expired" or "sign_in_finished" or "other_browser" } => ($"{problem.Message} {StartAgain}", null),
        { Code: "cookies_off" } => (problem.Message, null),
        { Code: "unknown_tenant" } => (UnknownTenant, null),
        { Status: 429, RetryAfter: { } seconds } => (TooManyTries(seconds), null),
        { Code: "tenant_suspended" } => (problem.Message, null), // With the reason.
        { Status: 403 } => (NoRight, null),
        { Code: "app_not_found" or "app_changed" or "link_not_good" or "no_mail" or "no_second_factor" } => (problem.Message, null),
        { Status: >= 500 } => (Later, null),
        _ => (TellDeveloper, problem.Message),
    };
}
