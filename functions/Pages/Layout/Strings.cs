using Latchkey.Http;
using Latchkey.Protocol;
using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

/// <summary>
/// The texts that pages show, in the language of their reader: here those of the sign-in, in the other files Strings.*.cs those of the
/// pages they are named for. A member's name is its text's key in <c>Languages/texts/en.json</c>. The scripts of the page my-files get
/// all texts whose keys begin with <c>Files</c>.
/// </summary>
public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string SignIn => Text();
    public static string UserName => Text();
    public static string Password => Text();
    public static string Cancel => Text();
    public static string Allow => Text();
    public static string Deny => Text();
    public static string Continue => Text();
    public static string AnotherAccount => Text();
    public static string SignedInAs => Text();
    public static string WrongPassword => Text();
    public static string AllowOnlyIf => Text();
    public static string GoOnOnlyIf => Text();
    public static string SignedIn => Text();
    public static string NotAllowed => Text();
    public static string NothingShared => Text();
    public static string AlmostThere => Text();
    public static string ErrorTitle => Text();
    public static string StartAgain => Text();
    public static string TellDeveloper => Text();
    public static string Later => Text();
    public static string UnknownTenant => Text();
    public static string LanguageLabel => Text();
    public static string ChangeLanguage => Text();
    public static string ShowPassword => Text();
    public static string HidePassword => Text();
    public static string HomeTitle => Text();
    public static string HomeLead => Text();
    public static string TenantHomeLead => Text();
    public static string ToStart => Text();

    public static string ToContinueTo(string app) => Text(("app", app));

    public static string WantsTo(string app) => Text(("app", app));

    public static string ContinueTo(string app) => Text(("app", app));

    public static string ReturnTo(string app) => Text(("app", app));

    public static string ReturnLead(string app) => Text(("app", app));

    public static string GoesBackTo(string place) => Text(("place", place));

    public static string OnlyGoesBackTo(string place) => Text(("place", place));

    public static string TooManyTries(int seconds) => seconds < 120 ? WaitSeconds(seconds) : WaitMinutes((seconds + 59) / 60);

    /// <summary>A scope in words that a user understands; an unknown scope as it is.</summary>
    public static string Scope(string token, string tenant) => token switch
    {
        Scopes.OpenId => ScopeOpenId(tenant),
        "profile" => ScopeProfile,
        "email" => ScopeEmail,
        Scopes.Groups => ScopeGroups,
        Scopes.Roles => ScopeRoles,
        Scopes.OfflineAccess => ScopeOfflineAccess,
        Scopes.Account => ScopeAccount,
        Scopes.GroupsWrite => ScopeGroupsWrite,
        Scopes.Messages => ScopeMessages,
        Scopes.FilesRead => ScopeFilesRead,
        Scopes.FilesWrite => ScopeFilesWrite,
        Scopes.FilesShare => ScopeFilesShare,
        Scopes.Admin => ScopeAdmin(tenant),
        _ => token,
    };

    /// <summary>What the user can do about a failure, and the technical text for the app's developers; or null.</summary>
    public static (string ForUser, string? ForDeveloper) Failure(Problem problem) => problem switch
    {
        { Code: "sign_in_expired" } => ($"{SignInExpired} {StartAgain}", null),
        { Code: "sign_in_finished" } => ($"{SignInFinished} {StartAgain}", null),
        { Code: "other_browser" } => ($"{OtherBrowser} {StartAgain}", null),
        { Code: "cookies_off" } => (CookiesOff, null),
        { Code: "sign_up_off" } => (SignUpOff, null),
        { Code: "unknown_tenant" } => (UnknownTenant, null),
        { Status: 429, RetryAfter: { } seconds } => (TooManyTries(seconds), null),
        { Code: "tenant_suspended" } => (NotAvailable, null), // Not the reason: it is between the operator and the tenant.
        { Code: "provider_unavailable" } => (ProviderUnavailable, null),
        { Code: "provider_invalid" } => (ProviderInvalid, null),
        { Code: "provider_denied" } => (ProviderDenied, null),
        { Code: "no_account" } => (NoAccount, null),
        { Code: "account_disabled" } => (AccountDisabled, null),
        { Code: "identity_linked" } => (IdentityLinked, null),
        { Code: "last_way_to_sign_in" } => (LastWayToSignIn, null),
        { Status: 403 } => (NoRight, null),
        { Code: "app_not_found" or "app_changed" or "link_not_good" or "no_mail" } => (problem.Message, null), // Of these pages.
        { Code: "no_second_factor" } => (NoSecondFactor, null),
        { Status: >= 500 } => (Later, null),
        _ => (TellDeveloper, problem.Message),
    };

    static string WaitSeconds(int seconds) => Text(("seconds", seconds));

    static string WaitMinutes(int minutes) => Text(("minutes", minutes));

    static string ScopeOpenId(string tenant) => Text(("tenant", tenant));

    static string ScopeProfile => Text();

    static string ScopeEmail => Text();

    static string ScopeGroups => Text();

    static string ScopeGroupsWrite => Text();

    static string ScopeMessages => Text();

    static string ScopeRoles => Text();

    static string ScopeOfflineAccess => Text();

    static string ScopeAccount => Text();

    static string ScopeFilesRead => Text();

    static string ScopeFilesWrite => Text();

    static string ScopeFilesShare => Text();

    static string ScopeAdmin(string tenant) => Text(("tenant", tenant));

    static string SignInExpired => Text();

    static string SignInFinished => Text();

    static string OtherBrowser => Text();

    static string CookiesOff => Text();

    static string NotAvailable => Text();

    // An isolate (UAX #9): among Arabic words an address keeps its hyphens and dots in their places.
    static string Isolated(string text) => $"\u2068{text}\u2069";
}
