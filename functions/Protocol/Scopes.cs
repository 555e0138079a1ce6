namespace Latchkey.Protocol;

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
