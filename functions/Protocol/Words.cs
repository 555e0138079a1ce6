namespace Latchkey.Protocol;

/// <summary>Grant types (RFC 6749 §4, §6).</summary>
public static class GrantType
{
    /// <summary>RFC 6749 §4.1.</summary>
    public const string AuthorizationCode = "authorization_code";

    /// <summary>RFC 6749 §4.4.</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary>RFC 6749 §4.3; legacy, RFC 9700 §2.4 says that it must not be used. Off unless a client's registration has it.</summary>
    public const string Password = "password";

    /// <summary>RFC 8628 §3.4.</summary>
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>RFC 6749 §6.</summary>
    public const string RefreshToken = "refresh_token";
}

/// <summary>The scopes that Latchkey knows (docs/architecture.md, "What is fixed, and why"). The first four belong to OpenID Connect, the rest are rights.</summary>
public static class Scopes
{
    /// <summary>OIDC Core §3.1.2.1.</summary>
    public const string OpenId = "openid";

    /// <summary>OIDC Core §11: a refresh token is asked for.</summary>
    public const string OfflineAccess = "offline_access";

    /// <summary>List, read and download files.</summary>
    public const string FilesRead = "files.read";

    /// <summary>Upload, change and delete files.</summary>
    public const string FilesWrite = "files.write";

    /// <summary>Share files with others.</summary>
    public const string FilesShare = "files.share";

    /// <summary>Administer the tenant.</summary>
    public const string Admin = "admin";

    /// <summary>Administer the deployment's tenants. Only tenant <c>operator</c> has it, so it is in no list.</summary>
    public const string Operator = "operator";

    /// <summary>Register apps on the apps page. A right of roles, but no scope: no app can ask for it and no token says it.</summary>
    public const string AppsManage = "apps.manage";

    /// <summary>Every scope, as discovery lists them.</summary>
    public static Scope All { get; } =
        Scope.Of(OpenId, "profile", "email", OfflineAccess, FilesRead, FilesWrite, FilesShare, Admin);

    /// <summary>What a tenant's roles may give.</summary>
    public static Scope Rights { get; } = Scope.Of(FilesRead, FilesWrite, FilesShare, Admin, AppsManage);

    /// <summary>Those that any user has, whatever their roles: they say what the app may know, not what the user may do.</summary>
    public static Scope OpenIdConnect { get; } = Scope.Of(OpenId, "profile", "email", OfflineAccess);
}

/// <summary>How a client proves who it is at the token endpoint (RFC 6749 §2.3.1, RFC 7591 §2).</summary>
public static class ClientAuthMethod
{
    /// <summary>Authorization: Basic.</summary>
    public const string Basic = "client_secret_basic";

    /// <summary>Secret in the form.</summary>
    public const string Post = "client_secret_post";

    /// <summary>A JWT under a registered key (RFC 7523 §2.2).</summary>
    public const string PrivateKeyJwt = "private_key_jwt";

    /// <summary>A public client: its id alone.</summary>
    public const string None = "none";
}
