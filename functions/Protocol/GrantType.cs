namespace Latchkey.Protocol;

/// <summary>Grant types (RFC 6749 §4, §6).</summary>
public static class GrantType
{
    /// <summary>RFC 6749 §4.1.</summary>
    public const string AuthorizationCode = "authorization_code";

    /// <summary>RFC 6749 §4.4.</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary>RFC 6749 §4.3: legacy; RFC 9700 §2.4 forbids it. Only for clients that are registered with it.</summary>
    public const string Password = "password";

    /// <summary>RFC 8628 §3.4.</summary>
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>RFC 8693 §2.1.</summary>
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

    /// <summary>RFC 6749 §6.</summary>
    public const string RefreshToken = "refresh_token";
}
