using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>
/// The client of the page <c>/{tenant}/my-files</c>: every tenant has it, because it is known here and not registered, and
/// nobody can register, change or delete it. It gets its tokens like any app in a browser: code and PKCE, refresh by cookie.
/// </summary>
public static class MyFilesClient
{
    /// <summary>Its client id, which is also the path of the page under its tenant.</summary>
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
