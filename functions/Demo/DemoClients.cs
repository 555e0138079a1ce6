using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey;

/// <summary>The clients of the demo tenants (README.md).</summary>
static class DemoClients
{
    /// <summary>The clients. The last one is the service, which the operators' tenant has too.</summary>
    /// <param name="origins">Where web apps run on this machine: <c>mobile</c> may lead back there.</param>
    public static IReadOnlyList<Client> For(IReadOnlyList<string> origins) =>
    [
        new()
        {
            Id = "mobile",
            Name = "Demo mobile app",
            Native = true,
            Grants = [GrantType.AuthorizationCode, GrantType.RefreshToken],
            Scope = Scopes.All.Except(Scope.Of(Scopes.Admin)),
            RedirectUris = ["com.example.files:/callback", "http://127.0.0.1/callback", .. At(origins, "/callback", "/")],
            PostLogoutRedirectUris = ["com.example.files:/signed-out", .. At(origins, "/signed-out", "/")],
        },
        new()
        {
            Id = "web",
            Name = "Demo web app",
            SecretHashes = [Client.HashSecret("web-secret-for-local-runs-only")],
            Grants = [GrantType.AuthorizationCode, GrantType.RefreshToken],
            Scope = Scopes.All.Except(Scope.Of(Scopes.Admin)),
            RedirectUris = ["http://localhost:3000/callback"],
            PostLogoutRedirectUris = ["http://localhost:3000/"],
        },
        new()
        {
            Id = "tv",
            Name = "Demo TV app",
            Native = true,
            Grants = [GrantType.DeviceCode, GrantType.RefreshToken],
            Scope = Scope.Of([.. Scopes.OpenIdConnect.Tokens, Scopes.FilesRead]),
        },
        new()
        {
            Id = "first-party",
            Name = "Demo first-party app",
            Native = true,
            Grants = [GrantType.Password, GrantType.RefreshToken],
            Scope = Scopes.All,
        },
        new()
        {
            Id = "service",
            Name = "Demo service",
            SecretHashes = [Client.HashSecret("service-secret-for-local-runs-only")],
            Grants = [GrantType.ClientCredentials],
            Scope = Scope.Of(Scopes.FilesRead, Scopes.FilesWrite),
        },
    ];

    // Plain http leads back to this machine only (RFC 8252 §7.3), and a web view's own pages take no answers.
    static IEnumerable<string> At(IReadOnlyList<string> origins, params string[] paths) =>
        from origin in origins.Except(LocalOrigins.WebViews)
        from path in paths
        let uri = origin + path
        where !RedirectUri.IsPrivateScheme(uri) && RedirectUri.Fault(uri, native: true) is null
        select uri;
}
