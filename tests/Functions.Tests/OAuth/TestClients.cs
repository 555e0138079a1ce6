using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth;

/// <summary>Puts clients into a host, and reads token answers.</summary>
static class TestClients
{
    public const string Secret = "a-secret-of-a-test";

    /// <summary>A client that may do all that a test wants, changed as the test wants it.</summary>
    public static async Task<Client> AddClient(this TestHost host, string id, Func<Client, Client>? change = null, string tenant = "demo")
    {
        var client = new Client
        {
            Id = id,
            Name = id,
            Native = true,
            Grants = [GrantType.Password, GrantType.RefreshToken, GrantType.ClientCredentials],
            Scope = Scopes.All,
        };
        client = change?.Invoke(client) ?? client;
        await host.Service<ClientStore>().Save(await host.Tenant(tenant), client, default);
        return client;
    }

    /// <summary>The same with <see cref="Secret"/>.</summary>
    public static Task<Client> AddConfidential(this TestHost host, string id, string tenant = "demo") =>
        host.AddClient(id, client => client with { SecretHashes = [Client.HashSecret(Secret)] }, tenant);

    public static async Task<Tenant> Tenant(this TestHost host, string id) => (await host.Service<TenantStore>().Find(id, default))!;

    /// <summary>The answer of an endpoint that any live token with files.read may call.</summary>
    public static async Task<int> Try(this TestHost host, string accessToken, string tenant = "demo") =>
        (int)(await host.Send(HttpMethod.Get, $"/{tenant}/files", accessToken)).StatusCode;
}
