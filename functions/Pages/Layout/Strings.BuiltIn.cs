using Latchkey.OAuth;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // Each is its own documentation.
    public const string SignOutQuestion = "Sign out?";
    public const string SignOut = "Sign out";
    public const string Stay = "Stay signed in";
    public const string SignedOut = "You are signed out";
    public const string StillSignedIn = "You are still signed in";
    public const string CloseThis = "You can close this page.";

    public const string SignedOutHere = "This browser is signed out. Apps that you use elsewhere are not.";
    public const string Account = "Your account";
    public const string SessionsTitle = "Apps that are signed in";
    public const string NoSessions = "No app is signed in to your account now.";
    public const string EndAll = "Sign out everywhere else";
    public const string EndAllNote = "This signs out every app, and every browser but this one.";
    public const string ConsentsTitle = "Apps that you have allowed";
    public const string NoConsents = "You have not allowed any app yet.";
    public const string Remove = "Remove";
    public const string RemoveNote = "An app that you remove is signed out everywhere and has to ask you again.";
    public const string ChangePassword = "Change password";
    public const string OldPassword = "Old password";
    public const string NewPassword = "New password";
    public const string WrongOldPassword = "The old password is not right. Nothing was changed.";
    public const string MyFiles = "My files";
    public const string Apps = "Your apps";
    public const string NoApps = "You have not registered any app yet.";
    public const string RegisterApp = "Register an app";
    public const string AppName = "Name";
    public const string AppNameNote = "Users read it when they sign in.";
    public const string AppWebsite = "Website (https)";
    public const string AppType = "Type";
    public const string RedirectUris = "Redirect URIs";
    public const string RedirectUrisNote = "Where users go back to, one in each line, exactly as the app sends it. A service needs none.";
    public const string PostLogoutRedirectUris = "Redirect URIs after signing out";
    public const string PostLogoutRedirectUrisNote = "One in each line, or none.";
    public const string Edit = "Edit";
    public const string Register = "Register";
    public const string Save = "Save";
    public const string ClientId = "Client id";
    public const string ClientSecret = "Client secret";
    public const string SecretOnce = "Copy the secret now. It is shown this once and kept nowhere.";
    public const string AppRegistered = "The app is registered";
    public const string AppSaved = "Saved. It counts everywhere within a minute.";
    public const string RotateSecret = "New secret";
    public const string SecretRotated = "The app has a new secret";
    public const string EndOldSecrets = "End the old secret now";
    public const string OldSecretsEnded = "Only the newest secret is good now.";
    public const string DeleteApp = "Delete this app";
    public const string DeleteAppNote = "Its users are signed out of it, and it can't be brought back.";
    public const string AppDeleted = "The app is deleted.";
    public const string BackToApps = "Back to your apps";
    public const string AlreadyRegistered = "This app is registered already; its secret was shown then. If you do not have it, make a new one.";
    public const string AppChanged = "The app was changed meanwhile. Look again before you change it.";
    public const string NoRight = "Your account has no right to do this. An administrator can give it to you.";

    public static IReadOnlyList<(string Value, string Words)> AppTypes { get; } =
    [
        ("native", "App on a phone or computer"),
        ("web", "Web app with a server"),
        ("browser", "Web app in the browser alone"),
        ("service", "Service that acts for itself"),
    ];

    public static string EditApp(string app) => $"Edit {app}";

    public static string RotateNote(TimeSpan overlap) => $"The old secret stays good for {(int)overlap.TotalHours} hours. The new one is good everywhere within a minute.";

    /// <summary>What is wrong with a field, with the label that stands over it instead of the wire name.</summary>
    public static string FieldFault(string fault) => fault
        .Replace("post_logout_redirect_uris", PostLogoutRedirectUris, StringComparison.Ordinal)
        .Replace("redirect_uris", RedirectUris, StringComparison.Ordinal)
        .Replace("client_name", AppName, StringComparison.Ordinal)
        .Replace("client_uri", AppWebsite, StringComparison.Ordinal);

    public const string ConnectDevice = "Connect a device";
    public const string DeviceLead = "Type the code that your device shows.";
    public const string DeviceCode = "Code";
    public const string WrongDeviceCode = "No device shows this code now. Look again; codes are good for ten minutes.";
    public const string DeviceWarning = "Go on only if you have just started this yourself, on a device that is in front of you and shows this code. Never because somebody sent you here.";
    public const string DeviceConnected = "Your device is connected";
    public const string DeviceConnectedLead = "Go back to your device. You can close this page.";
    public const string DeviceNotConnected = "Your device is not connected";
    public const string DeviceFinished = "This code was answered already.";

    public static string DeviceWants(string app) => $"{app} on your device wants to";

    public static string DeviceShows(string code) => $"The device shows {code}";

    public const string Forgot = "Forgot your password?";
    public const string ForgotLead = "We send a link to the mail address of your account.";
    public const string SendLink = "Send link";
    public const string ResetAsked = "Look into your mail";
    public const string ResetAskedLead = "If there is an account of this name with a mail address, a link is on its way. It is good for half an hour, once.";
    public const string PasswordOf = "Account";
    public const string ResetDone = "Your password is changed";
    public const string ResetDoneLead = "Everything that was signed in to your account is signed out. Go back to your app and sign in.";
    public const string ResetLinkNotGood = "This link has expired or was used already. You can ask for another one.";
    public const string NoReset = "Ask an administrator for a new password.";

    public const string UnknownDevice = "Unknown device";

    public static string PasswordNote { get; } =
        $"At least {Passwords.MinChars} characters; several words are a good choice. Everything else that is signed in to your account is signed out.";

    public static string PasswordFault(PasswordFault fault) => fault switch
    {
        OAuth.PasswordFault.TooShort => $"The new password needs at least {Passwords.MinChars} characters. Nothing was changed.",
        OAuth.PasswordFault.TooLong => $"The new password has more than {Passwords.MaxChars} characters. Nothing was changed.",
        OAuth.PasswordFault.NotTypable => "The new password holds a character that can't be typed. Nothing was changed.",
        _ => "The new password is your user name. Nothing was changed.",
    };

    public static string? Done(string? what) => what switch
    {
        "end" => "That app is signed out.",
        "end-all" => "You are signed out everywhere but here.",
        "remove" => "The app is removed and signed out.",
        "password" => "Your password is changed. Everything else is signed out.",
        _ => null,
    };

    public static string BrowserOn(string browser, string system) => $"{browser} on {system}";

    public static string AppOn(string system) => $"App on {system}";

    public static string EndSession(string app, string device) => $"Sign out {app}, {device}";

    public static string RemoveApp(string app) => $"Remove {app}";

    public static string SessionTimes(TimeSpan sinceSignIn, TimeSpan sinceUse) =>
        $"Signed in {Ago(sinceSignIn)}, last used {Ago(sinceUse)}";

    public static string AllowedSince(TimeSpan since) => $"Allowed {Ago(since)}";

    // No page knows its reader's time zone; how long ago is the same everywhere.
    static string Ago(TimeSpan since) => since switch
    {
        { TotalMinutes: < 2 } => "just now",
        { TotalHours: < 2 } => $"{(int)since.TotalMinutes} minutes ago",
        { TotalDays: < 2 } => $"{(int)since.TotalHours} hours ago",
        _ => $"{(int)since.TotalDays} days ago",
    };

    public static string SignOutLead(string tenant) => $"You will be asked for your {tenant} password the next time.";

    public static string ToContinueHere(string page) => page switch
    {
        BuiltInPages.Apps => "to register and change apps",
        BuiltInPages.Device => "to connect your device",
        _ => "to see and change your account",
    };
}
