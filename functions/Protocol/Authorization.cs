namespace Latchkey.Protocol;

/// <summary>
/// Response types of the authorization endpoint. The words of a type may come in any order (OAuth 2.0 Multiple Response Types §3).
/// </summary>
public static class ResponseType
{
    /// <summary>RFC 6749 §4.1: the usual one.</summary>
    public const string Code = "code";

    /// <summary>RFC 6749 §4.2: legacy; RFC 9700 §2.1.2 advises against it.</summary>
    public const string Token = "token";

    /// <summary>OIDC Core §3.2: legacy like <see cref="Token"/>.</summary>
    public const string IdToken = "id_token";

    /// <summary>OIDC Core §3.2: legacy.</summary>
    public const string IdTokenToken = "id_token token";

    /// <summary>The type in canonical order, or null if it is unknown.</summary>
    public static string? Known(string sent) =>
        string.Join(' ', sent.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)) switch
        {
            Code => Code,
            Token => Token,
            IdToken => IdToken,
            IdTokenToken => IdTokenToken,
            _ => null,
        };
}

/// <summary>How an authorization response is delivered (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2).</summary>
public static class ResponseMode
{
    /// <summary>In the redirect's query; the default for a code.</summary>
    public const string Query = "query";

    /// <summary>In the redirect's fragment; the default for tokens.</summary>
    public const string Fragment = "fragment";

    /// <summary>In the body of a form that the browser posts.</summary>
    public const string FormPost = "form_post";

    /// <summary>All of them, as discovery lists them.</summary>
    public static IReadOnlyList<string> All { get; } = [Query, Fragment, FormPost];
}

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

    /// <summary>All of them, as discovery lists them.</summary>
    public static IReadOnlyList<string> All { get; } = [None, Login, Consent, SelectAccount];
}
