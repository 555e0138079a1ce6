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
