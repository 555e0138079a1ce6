using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth.Authorization;

/// <summary>Clients that tests register as an operator would, beside the demo's.</summary>
static class Registered
{
    public const string Redirect = "https://app.example/callback";
    public const string Secret = "secret-of-a-test";

    /// <summary>A web app with a secret; <paramref name="change"/> makes it special.</summary>
    public static async Task<Client> WebApp(TestHost host, Func<Client, Client>? change = null, string tenant = "demo")
    {
        var client = new Client
        {
            Id = $"web-{Guid.CreateVersion7():n}",
            Name = "Web app",
            SecretHashes = [Client.HashSecret(Secret)],
            Grants = [GrantType.AuthorizationCode, GrantType.RefreshToken],
            Scope = Scope.Of("openid", "profile", "email", "offline_access", "files.read"),
            RedirectUris = [Redirect],
        };
        client = change?.Invoke(client) ?? client;
        var owner = await host.Service<TenantStore>().Find(tenant, CancellationToken.None);
        await host.Service<ClientStore>().Save(owner!, client, CancellationToken.None);
        return client;
    }
}
