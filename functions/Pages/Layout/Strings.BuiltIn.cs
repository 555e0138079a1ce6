using Latchkey.OAuth;
using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string SignOutQuestion => Text();
    public static string SignOut => Text();
    public static string Stay => Text();
    public static string SignedOut => Text();
    public static string StillSignedIn => Text();
    public static string CloseThis => Text();

    public static string SignedOutHere => Text();
    public static string Account => Text();
    public static string SessionsTitle => Text();
    public static string NoSessions => Text();
    public static string EndAll => Text();
    public static string EndAllNote => Text();
    public static string ConsentsTitle => Text();
    public static string NoConsents => Text();
    public static string Remove => Text();
    public static string RemoveNote => Text();
    public static string ChangePassword => Text();
    public static string OldPassword => Text();
    public static string NewPassword => Text();
    public static string WrongOldPassword => Text();
    public static string MyFiles => Text();
    public static string Apps => Text();
    public static string NoApps => Text();
    public static string RegisterApp => Text();
    public static string AppName => Text();
    public static string AppNameNote => Text();
    public static string AppWebsite => Text();
    public static string AppType => Text();
    public static string RedirectUris => Text();
    public static string RedirectUrisNote => Text();
    public static string PostLogoutRedirectUris => Text();
    public static string PostLogoutRedirectUrisNote => Text();
    public static string Edit => Text();
    public static string Register => Text();
    public static string Save => Text();
    public static string ClientId => Text();
    public static string ClientSecret => Text();
    public static string SecretOnce => Text();
    public static string AppRegistered => Text();
    public static string AppSaved => Text();
    public static string RotateSecret => Text();
    public static string SecretRotated => Text();
    public static string EndOldSecrets => Text();
    public static string OldSecretsEnded => Text();
    public static string DeleteApp => Text();
    public static string DeleteAppNote => Text();
    public static string AppDeleted => Text();
    public static string BackToApps => Text();
    public static string AlreadyRegistered => Text();
    public static string AppChanged => Text();
    public static string NoRight => Text();

    public static IReadOnlyList<(string Value, string Label)> AppTypes =>
        [("native", AppTypeNative), ("web", AppTypeWeb), ("browser", AppTypeBrowser), ("service", AppTypeService)];

    public static string EditApp(string app) => Text(("app", app));

    public static string RotateNote(TimeSpan overlap) => RotateNoteHours((int)overlap.TotalHours);

    /// <summary>A fault in a field, with the field's label instead of its wire name.</summary>
    public static string FieldFault(string fault) => fault
        .Replace("post_logout_redirect_uris", PostLogoutRedirectUris, StringComparison.Ordinal)
        .Replace("redirect_uris", RedirectUris, StringComparison.Ordinal)
        .Replace("client_name", AppName, StringComparison.Ordinal)
        .Replace("client_uri", AppWebsite, StringComparison.Ordinal);

    public static string Forgot => Text();
    public static string ForgotLead => Text();
    public static string SendLink => Text();
    public static string ResetAsked => Text();
    public static string ResetAskedLead => Text();
    public static string ResetDone => Text();
    public static string ResetDoneLead => Text();
    public static string ResetLinkNotGood => Text();
    public static string NoReset => Text();

    public static string UnknownDevice => Text();

    public static string PasswordNote => PasswordNoteFrom(Passwords.MinChars);

    public static string PasswordFault(PasswordFault fault) => fault switch
    {
        OAuth.PasswordFault.TooShort => PasswordTooShort(Passwords.MinChars),
        OAuth.PasswordFault.TooLong => PasswordTooLong(Passwords.MaxChars),
        OAuth.PasswordFault.NotTypable => PasswordNotTypable,
        _ => PasswordIsUserName,
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
        "end" => DoneEnd,
        "end-all" => DoneEndAll,
        "remove" => DoneRemove,
        "password" => DonePassword,
        _ => null,
    };

    public static string BrowserOn(string browser, string system) => Text(("browser", browser), ("system", system));

    public static string AppOn(string system) => Text(("system", system));

    public static string EndSession(string app, string device) => Text(("app", app), ("device", device));

    public static string RemoveApp(string app) => Text(("app", app));

    public static string SessionTimes(TimeSpan sinceSignIn, TimeSpan sinceUse) => SignedInAndUsed(Ago(sinceSignIn), Ago(sinceUse));

    public static string AllowedSince(TimeSpan since) => AllowedWhen(Ago(since));

    // A page does not know its reader's time zone. How long ago something was is the same everywhere.
    static string Ago(TimeSpan since) => since switch
    {
        { TotalMinutes: < 2 } => JustNow,
        { TotalHours: < 2 } => MinutesAgo((int)since.TotalMinutes),
        { TotalDays: < 2 } => HoursAgo((int)since.TotalHours),
        _ => DaysAgo((int)since.TotalDays),
    };

    public static string SignOutLead(string tenant) => Text(("tenant", tenant));

    public static string ToContinueHere(string page) => page switch
    {
        BuiltInPages.Apps => ToManageApps,
        BuiltInPages.Device => ToConnectDevice,
        _ => ToManageAccount,
    };

    static string AppTypeNative => Text();

    static string AppTypeWeb => Text();

    static string AppTypeBrowser => Text();

    static string AppTypeService => Text();

    static string RotateNoteHours(int hours) => Text(("hours", hours));

    static string PasswordNoteFrom(int characters) => Text(("characters", characters));

    static string PasswordTooShort(int characters) => Text(("characters", characters));

    static string PasswordTooLong(int characters) => Text(("characters", characters));

    static string PasswordNotTypable => Text();

    static string PasswordIsUserName => Text();

    static string DoneEnd => Text();

    static string DoneEndAll => Text();

    static string DoneRemove => Text();

    static string DonePassword => Text();

    static string SignedInAndUsed(string since, string used) => Text(("since", since), ("used", used));

    static string AllowedWhen(string since) => Text(("since", since));

    static string JustNow => Text();

    static string MinutesAgo(int minutes) => Text(("minutes", minutes));

    static string HoursAgo(int hours) => Text(("hours", hours));

    static string DaysAgo(int days) => Text(("days", days));

    static string ToManageApps => Text();

    static string ToConnectDevice => Text();

    static string ToManageAccount => Text();
}
