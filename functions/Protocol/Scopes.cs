namespace Latchkey.Protocol;

/// <summary>
/// The scopes of Latchkey (docs/architecture.md, "What is fixed, and why"). The first four of <see cref="All"/> belong to OpenID
/// Connect, <see cref="Account"/> is about the user's own account, <see cref="GroupsWrite"/> and
/// <see cref="Messages"/> about the app's users, the rest are rights.
/// </summary>
public static class Scopes
{
    /// <summary>OIDC Core §3.1.2.1.</summary>
    public const string OpenId = "openid";

    /// <summary>OIDC Core §11: requests a refresh token.</summary>
    public const string OfflineAccess = "offline_access";

    /// <summary>List, read and download files.</summary>
    public const string FilesRead = "files.read";

    /// <summary>Upload, change and delete files.</summary>
    public const string FilesWrite = "files.write";

    /// <summary>Share files with others.</summary>
    public const string FilesShare = "files.share";

    /// <summary>Read and change the user's own account.</summary>
    public const string Account = "account";

    /// <summary>See the groups that the user belongs to: the claim <c>groups</c> (RFC 9068 §2.2.3.1).</summary>
    public const string Groups = "groups";

    /// <summary>
    /// Make groups of the app's own for its users. Only an administrator can allow it to a client.
    /// </summary>
    public const string GroupsWrite = "groups.write";

    /// <summary>
    /// Send and read the user's messages. Only an administrator can allow it to a client.
    /// </summary>
    public const string Messages = "messages";

    /// <summary>See the user's roles in ID tokens and UserInfo; access tokens have them anyway.</summary>
    public const string Roles = "roles";

    /// <summary>Administer the tenant.</summary>
    public const string Admin = "admin";

    /// <summary>Administer the deployment's tenants. Only tenant <c>operator</c> has it, so it is in none of the lists below.</summary>
    public const string Operator = "operator";

    /// <summary>Register apps on the apps page. A right of roles, not a scope: no app can request it, no token contains it.</summary>
    public const string AppsManage = "apps.manage";

    /// <summary>Every scope in discovery.</summary>
    public static Scope All { get; } =
        Scope.Of(OpenId, "profile", "email", Groups, Roles, OfflineAccess, Account, GroupsWrite, Messages, FilesRead, FilesWrite,
            FilesShare,
            Admin);

    /// <summary>The rights that a tenant's roles can grant.</summary>
    public static Scope Rights { get; } = Scope.Of(FilesRead, FilesWrite, FilesShare, Admin, AppsManage);

    /// <summary>The scopes of OpenID Connect: what the app may know of the user.</summary>
    public static Scope OpenIdConnect { get; } = Scope.Of(OpenId, "profile", "email", Groups, Roles, OfflineAccess);

    /// <summary>The scopes that an app gets only if it names them: a request without <c>scope</c> does not mean them.</summary>
    public static Scope OnlyIfNamed { get; } = Scope.Of(Groups, Roles, GroupsWrite, Messages);

    /// <summary>The scopes that any user can grant, whatever their roles, and nobody else: they are about the user.</summary>
    public static Scope OfAnyUser { get; } = Scope.Of([.. OpenIdConnect.Tokens, Account, GroupsWrite, Messages]);
}
