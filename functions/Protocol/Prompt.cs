namespace Latchkey.Protocol;

/// <summary>Values of <c>prompt</c> (OIDC Core §3.1.2.1).</summary>
public static class Prompt
{
    /// <summary>Show no page: respond at once or fail.</summary>
    public const string None = "none";

    /// <summary>Sign in again.</summary>
    public const string Login = "login";

    /// <summary>Ask for consent again.</summary>
    public const string Consent = "consent";

    /// <summary>Let the user choose an account.</summary>
    public const string SelectAccount = "select_account";

    /// <summary>
    /// Make an account (Initiating User Registration via OpenID Connect 1.0); only where the tenant lets anybody sign up.
    /// </summary>
    public const string Create = "create";

    /// <summary>All of them, as discovery lists them.</summary>
    public static IReadOnlyList<string> All { get; } = [None, Login, Consent, SelectAccount, Create];
}
