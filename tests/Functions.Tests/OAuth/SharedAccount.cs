using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Keys;
using Latchkey.Tests.Keys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>Instances of one deployment: one storage account, one stand-in vault, one clock, one origin.</summary>
sealed class SharedAccount : IAsyncDisposable
{
    readonly string account;
    readonly List<TestHost> hosts = [];

    SharedAccount(StandInVault vault, TestClock clock, string account)
    {
        (Vault, Clock, this.account) = (vault, clock, account);
        WrapKey = vault.Keys.AddRsa("wrap");
    }

    public StandInVault Vault { get; }

    public TestClock Clock { get; }

    public StandInKey WrapKey { get; }

    public static async Task<SharedAccount> Create()
    {
        var clock = new TestClock();
        return new(await StandInVault.Start(clock), clock, (await Azurite.Shared).NewAccount());
    }

    /// <summary>Starts an instance that knows no keys yet.</summary>
    public async Task<TestHost> Start(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Latchkey:Origin"] = "http://localhost:7071",
            ["Latchkey:Storage:ConnectionString"] = account,
            ["Latchkey:Signing:Mode"] = "KeyVaultWrapped",
            ["Latchkey:Signing:Vault"] = Vault.Address.AbsoluteUri,
            ["Latchkey:Signing:WrapKey"] = "wrap",
        };
        foreach (var (name, value) in settings) all[$"Latchkey:{name}"] = value;
        var host = await TestHost.Start(clock: Clock, settings: all, services: services => services
            .AddSingleton<TokenCredential>(Vault.Credential)
            .AddSingleton<HttpPipelineTransport>(Vault.Transport));
        lock (hosts) hosts.Add(host);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts) await host.DisposeAsync();
        await Vault.DisposeAsync();
    }
}

/// <summary>What the tests of keys ask an instance.</summary>
static class KeyRequests
{
    public static Task<HttpResponseMessage> ClientToken(this TestHost host, string tenant = "demo") => host.Token(tenant,
        ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only"));

    public static async Task<string> AccessToken(this TestHost host, string tenant = "demo") =>
        (await host.ClientToken(tenant).Read<TokenAnswer>()).AccessToken;

    public static async Task<string> SigningKid(this TestHost host, string tenant = "demo") =>
        new JsonWebToken(await host.AccessToken(tenant)).Kid;

    /// <summary>The published kids of one algorithm.</summary>
    public static async Task<List<string>> Published(this TestHost host, string algorithm = "ES256", string tenant = "demo")
    {
        var set = await host.Http.GetAsync($"/{tenant}/oauth/jwks").Json();
        return [.. set.GetProperty("keys").EnumerateArray()
            .Where(key => key.GetProperty("alg").ValueEquals(algorithm)).Select(key => key.GetProperty("kid").GetString()!)];
    }

    public static async Task Opens(this TestHost host, string token) =>
        await host.Send(HttpMethod.Get, "/demo/files", token).Is(200);

    public static async Task<string> Refreshed(this TestHost host, string refreshToken) =>
        (await host.Refresh("demo", refreshToken).Read<TokenAnswer>()).RefreshToken!;

    public static Task<IReadOnlyList<KeyInfo>> Rotate(this TestHost host, string tenant = "demo") =>
        host.Service<KeyRotation>().Rotate(tenant, CancellationToken.None);

    public static Task<IReadOnlyList<KeyInfo>> Keys(this TestHost host, string tenant = "demo") =>
        host.Service<KeyRotation>().List(tenant, CancellationToken.None);

    public static async Task IsUnavailable(this Task<HttpResponseMessage> request, int? retryAfter = null)
    {
        var answer = await request;
        var problem = await answer.Problem(503);
        Assert.Equal("signing_unavailable", problem.Code);
        var wait = (int)answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        if (retryAfter is { } expected) Assert.Equal(expected, wait);
        else Assert.True(wait > 0);
    }
}
