using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>
/// The client of the page <c>/{tenant}/my-files</c>. Every tenant has it, because it is built in; nobody can register, change or
/// delete it. It gets its tokens like any browser app: by authorization code with PKCE, and its refresh token as a cookie.
/// </summary>
public static class MyFilesClient
{
    /// <summary>Its client id, which is also the page's path under the tenant.</summary>
    public const string Id = "my-files";

    /// <summary>The client in a tenant.</summary>
    public static Client In(Tenant tenant) => new()
    {
        Id = Id,
        Name = "My files",
        FirstParty = true,
        RefreshByCookie = true,
        Grants = [GrantType.AuthorizationCode, GrantType.RefreshToken],
        Scope = Scope.Of(Scopes.OpenId, "profile", Scopes.OfflineAccess, Scopes.FilesRead, Scopes.FilesWrite, Scopes.FilesShare),
        RedirectUris = [$"{tenant.Issuer}/{Id}"],
        PostLogoutRedirectUris = [$"{tenant.Issuer}/{Id}"],
    };
}
