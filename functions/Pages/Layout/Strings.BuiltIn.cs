using Latchkey.OAuth;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public const string SignOutQuestion = "Sign out?";
    public const string SignOut = "Sign out";
    public const string Stay = "Stay signed in";
    public const string SignedOut = "You are signed out";
    public const string StillSignedIn = "You are still signed in";
    public const string CloseThis = "You can close this page.";

    public const string SignedOutHere = "This browser is signed out. You are still signed in to your apps elsewhere.";
    public const string Account = "Your account";
    public const string SessionsTitle = "Where you are signed in";
    public const string NoSessions = "No app is signed in to your account.";
    public const string EndAll = "Sign out everywhere else";
    public const string EndAllNote = "This signs you out of every app, and of every browser except this one.";
    public const string ConsentsTitle = "Apps with access to your account";
    public const string NoConsents = "No app has access to your account.";
    public const string Remove = "Remove";
    public const string RemoveNote =
        "If you remove an app, you are signed out of it everywhere, and it must ask for your permission again.";
    public const string ChangePassword = "Change password";
    public const string OldPassword = "Current password";
    public const string NewPassword = "New password";
    public const string WrongOldPassword = "The current password is wrong. Your password was not changed.";
    public const string MyFiles = "My files";
    public const string Apps = "Your apps";
    public const string NoApps = "You have not registered any apps yet.";
    public const string RegisterApp = "Register an app";
    public const string AppName = "Name";
    public const string AppNameNote = "Users see this name when they sign in.";
    public const string AppWebsite = "Website (https)";
    public const string AppType = "Type";
    public const string RedirectUris = "Redirect URIs";
    public const string RedirectUrisNote = "Where users return to: one per line, exactly as the app sends it. A service needs none.";
    public const string PostLogoutRedirectUris = "Redirect URIs after signing out";
    public const string PostLogoutRedirectUrisNote = "Optional: one per line.";
    public const string Edit = "Edit";
    public const string Register = "Register";
    public const string Save = "Save";
    public const string ClientId = "Client ID";
    public const string ClientSecret = "Client secret";
    public const string SecretOnce = "Copy the secret now. It will not be shown again.";
    public const string AppRegistered = "The app is registered";
    public const string AppSaved = "Saved. The change takes effect everywhere within a minute.";
    public const string RotateSecret = "Create a new secret";
    public const string SecretRotated = "The app has a new secret";
    public const string EndOldSecrets = "Revoke the old secret now";
    public const string OldSecretsEnded = "The old secret is revoked. Only the newest one works.";
    public const string DeleteApp = "Delete this app";
    public const string DeleteAppNote = "Its users are signed out of it. This can't be undone.";
    public const string AppDeleted = "The app is deleted.";
    public const string BackToApps = "Back to your apps";
    public const string AlreadyRegistered =
        "This app is already registered, and its secret was shown then. If you don't have it, create a new one.";
    public const string AppChanged = "The app was changed in the meantime. Reload the page, then try again.";
    public const string NoRight = "Your account is not allowed to do this. Ask an administrator for permission.";

    public static IReadOnlyList<(string Value, string Label)> AppTypes { get; } =
    [
        ("native", "App on a phone or computer"),
        ("web", "Web app with a server"),
        ("browser", "Web app without a server"),
        ("service", "Service without users"),
    ];

    public static string EditApp(string app) => $"Edit {app}";

    public static string RotateNote(TimeSpan overlap) =>
        $"The old secret keeps working for {(int)overlap.TotalHours} hours. The new one works everywhere within a minute.";

    /// <summary>A fault in a field, with the field's label instead of its wire name.</summary>
    public static string FieldFault(string fault) => fault
        .Replace("post_logout_redirect_uris", PostLogoutRedirectUris, StringComparison.Ordinal)
        .Replace("redirect_uris", RedirectUris, StringComparison.Ordinal)
        .Replace("client_name", AppName, StringComparison.Ordinal)
        .Replace("client_uri", AppWebsite, StringComparison.Ordinal);

    public const string ConnectDevice = "Connect a device";
    public const string DeviceLead = "Enter the code that your device shows.";
    public const string DeviceCode = "Code";
    public const string WrongDeviceCode = "No device is showing this code. Check it again; a code is valid for ten minutes.";
    public const string DeviceWarning =
        "Continue only if you started this yourself, just now, on a device in front of you that shows this code. "
        + "Never continue because somebody sent you here.";
    public const string DeviceConnected = "Your device is connected";
    public const string DeviceConnectedLead = "Go back to your device. You can close this page.";
    public const string DeviceNotConnected = "Your device is not connected";
    public const string DeviceFinished = "This code has already been used.";

    public static string DeviceWants(string app) => $"{app} on your device wants to";

    public static string DeviceShows(string code) => $"The device shows {code}";

    public const string Forgot = "Forgot your password?";
    public const string ForgotLead = "We will send a link to the email address of your account.";
    public const string SendLink = "Send link";
    public const string ResetAsked = "Check your email";
    public const string ResetAskedLead =
        "If an account with this name and an email address exists, a link is on its way. It works once, within half an hour.";
    public const string ResetDone = "Your password was changed";
    public const string ResetDoneLead = "You are signed out everywhere. Go back to your app and sign in.";
    public const string ResetLinkNotGood = "This link has expired or was already used. You can ask for a new one.";
    public const string NoReset = "Ask an administrator for a new password.";

    public const string UnknownDevice = "Unknown device";

    public static string PasswordNote { get; } =
        $"At least {Passwords.MinChars} characters; several words are a good choice. You will be signed out everywhere else.";

    public static string PasswordFault(PasswordFault fault) => fault switch
    {
        OAuth.PasswordFault.TooShort =>
            $"The new password must have at least {Passwords.MinChars} characters. Your password was not changed.",
        OAuth.PasswordFault.TooLong =>
            $"The new password must have at most {Passwords.MaxChars} characters. Your password was not changed.",
        OAuth.PasswordFault.NotTypable => "The new password contains a character that can't be typed. Your password was not changed.",
        _ => "The new password must not be your user name. Your password was not changed.",
    };

    public static string? AppDone(string? action) => action switch
    {
        "save" => AppSaved,
        "end-old" => OldSecretsEnded,
        "delete" => AppDeleted,
        _ => null,
    };

    public static string? Done(string? action) => action switch
    {
        "end" => "You are signed out of the app.",
        "end-all" => "You are signed out everywhere else.",
        "remove" => "The app is removed, and you are signed out of it.",
        "password" => "Your password was changed. You are signed out everywhere else.",
        _ => null,
    };

    public static string BrowserOn(string browser, string system) => $"{browser} on {system}";

    public static string AppOn(string system) => $"App on {system}";

    public static string EndSession(string app, string device) => $"Sign out of {app}, {device}";

    public static string RemoveApp(string app) => $"Remove {app}";

    public static string SessionTimes(TimeSpan sinceSignIn, TimeSpan sinceUse) =>
        $"Signed in {Ago(sinceSignIn)}, last used {Ago(sinceUse)}";

    public static string AllowedSince(TimeSpan since) => $"Allowed {Ago(since)}";

    // A page does not know its reader's time zone. How long ago something was is the same everywhere.
    static string Ago(TimeSpan since) => since switch
    {
        { TotalMinutes: < 2 } => "just now",
        { TotalHours: < 2 } => $"{(int)since.TotalMinutes} minutes ago",
        { TotalDays: < 2 } => $"{(int)since.TotalHours} hours ago",
        _ => $"{(int)since.TotalDays} days ago",
    };

    public static string SignOutLead(string tenant) => $"To sign in again, you will need your {tenant} password.";

    public static string ToContinueHere(string page) => page switch
    {
        BuiltInPages.Apps => "to manage your apps",
        BuiltInPages.Device => "to connect your device",
        _ => "to manage your account",
    };
}
