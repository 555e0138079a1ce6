using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

// Signing in with others.
public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string Providers => Text();
    public static string ProvidersShort => Text();
    public static string ManageProviders => Text();
    public static string ProvidersLead => Text();
    public static string LinkProvider => Text();
    public static string UnlinkProvider => Text();
    public static string SignInAnotherWay => Text();

    public static string SignInWith(string provider) => Text(("provider", provider));

    public static string GoesOnAt(string provider) => Text(("provider", provider));

    public static string LinkGoesOnAt(string provider) => Text(("provider", provider));

    public static string LinkNotice(string provider) => Text(("provider", provider));

    public static string LinkedSince(string time) => Text(("time", time));

    static string ProviderUnavailable => Text();

    static string ProviderInvalid => Text();

    static string ProviderDenied => Text();

    static string NoAccount => Text();

    static string AccountDisabled => Text();

    static string IdentityLinked => Text();

    static string LastWayToSignIn => Text();
}
