using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Tests.Keys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>The whole service on a vault: what an app sees when the vault is down, throttles, or rotates its key.</summary>
public sealed class VaultTests : IAsyncLifetime
{
    const string Service = "/demo/oauth/token";

    readonly TestClock clock = new();
    StandInVault vault = null!;
    StandInKey first = null!;

    public async Task InitializeAsync()
    {
        vault = await StandInVault.Start(clock);
        first = vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
        vault.Keys.AddRsa("wrap");
        clock.Advance(TimeSpan.FromMinutes(11)); // They have been published for long enough.
    }

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Fact]
    public async Task A_token_signed_by_the_vault_opens_the_file_api()
    {
        await using var host = await Start();
        var token = (await ClientToken(host).Read<TokenAnswer>()).AccessToken;
        await host.Send(HttpMethod.Get, "/demo/files", token).Is(200);
        var user = await host.Tokens("demo"); // The refresh token's key is wrapped by the vault.
        await host.Refresh("demo", user.RefreshToken!).Is(200);
    }

    [Fact]
    public async Task Access_token_and_ID_token_are_signed_at_the_same_time()
    {
        await using var host = await Start();
        var tokens = await host.Tokens("demo");
        vault.Delay = TimeSpan.FromMilliseconds(500);
        vault.Forget();
        tokens = await host.Refresh("demo", tokens.RefreshToken!).Read<TokenAnswer>();
        vault.Delay = TimeSpan.Zero;
        Assert.Equal((2, 2), (vault.Count("sign"), vault.MostAtOnce));
        Assert.False(new JsonWebToken(tokens.IdToken!).TryGetPayloadValue<string>("at_hash", out _)); // OIDC Core §3.1.3.6
    }

    [Fact]
    public async Task A_vault_that_is_down_at_start_gives_503_until_it_is_back()
    {
        await vault.Down();
        await using var host = await Start();
        Assert.Equal(200, (int)(await host.Http.GetAsync("/health/live")).StatusCode);
        await AssertUnavailable(await ClientToken(host), retryAfter: null);
        await AssertUnavailable(await host.Http.GetAsync("/demo/oauth/jwks"), retryAfter: null);
        await vault.Up();
        host.Clock.Advance(TimeSpan.FromSeconds(31));
        await ClientToken(host).Is(200);
    }

    [Fact]
    public async Task A_reused_refresh_token_is_refused_without_a_signature_of_the_vault()
    {
        await using var host = await Start();
        var tokens = await host.Tokens("demo");
        var stolen = tokens.RefreshToken!;
        for (var generation = 0; generation < 2; generation++)
            tokens = await host.Refresh("demo", tokens.RefreshToken!).Read<TokenAnswer>();
        vault.Fail(429, retryAfter: "7");
        await host.Refresh("demo", stolen).Refused("invalid_grant");
        await host.Refresh("demo", tokens.RefreshToken!).Refused("invalid_grant"); // The reuse has ended the session.
        vault.Recover();
    }

    [Fact]
    public async Task A_throttling_vaults_Retry_After_reaches_the_app_and_files_still_work()
    {
        await using var host = await Start();
        var token = (await ClientToken(host).Read<TokenAnswer>()).AccessToken;
        await host.Http.GetStringAsync("/demo/oauth/jwks"); // Both keys are known here now.
        vault.Fail(429, retryAfter: "7");
        await AssertUnavailable(await ClientToken(host), retryAfter: 7);
        await host.Send(HttpMethod.Get, "/demo/files", token).Is(200); // Verifying needs no vault.
        vault.Recover();
        await ClientToken(host).Is(200);
    }

    [Fact]
    public async Task A_key_rotated_while_running_is_published_before_it_signs()
    {
        await using var host = await Start();
        var old = (await ClientToken(host).Read<TokenAnswer>()).AccessToken;
        vault.Keys.AddEc("access");
        clock.Advance(TimeSpan.FromMinutes(6));
        await ClientToken(host); // Starts the renewal of the key list behind it.
        await Eventually.True(async () => (await host.Http.GetStringAsync("/demo/oauth/jwks")).Split("\"ES256\"").Length == 3);
        var between = (await ClientToken(host).Read<TokenAnswer>()).AccessToken;
        Assert.Equal(new JsonWebToken(old).Kid, new JsonWebToken(between).Kid);
        clock.Advance(TimeSpan.FromMinutes(3));
        old = (await ClientToken(host).Read<TokenAnswer>()).AccessToken;
        clock.Advance(TimeSpan.FromMinutes(2));
        var after = (await ClientToken(host).Read<TokenAnswer>()).AccessToken;
        Assert.NotEqual(new JsonWebToken(old).Kid, new JsonWebToken(after).Kid);
        foreach (var token in new[] { old, after }) await host.Send(HttpMethod.Get, "/demo/files", token).Is(200);
    }

    [Fact]
    public async Task A_token_that_was_accepted_before_is_refused_once_its_key_is_withdrawn()
    {
        await using var host = await Start();
        var token = (await ClientToken(host).Read<TokenAnswer>()).AccessToken;
        for (var n = 0; n < 2; n++) await host.Send(HttpMethod.Get, "/demo/files", token).Is(200);
        first.Enabled = false;
        vault.Keys.AddEc("access");
        clock.Advance(TimeSpan.FromMinutes(5)); // The list of keys is that old at most.
        await host.Send(HttpMethod.Get, "/demo/files", token).Is(401);
    }

    Task<TestHost> Start() => TestHost.Start(clock: clock, settings: new()
    {
        ["Latchkey:Signing:Mode"] = "KeyVault",
        ["Latchkey:Signing:Vault"] = vault.Address.AbsoluteUri,
        ["Latchkey:Signing:AccessTokenKey"] = "access",
        ["Latchkey:Signing:IdTokenKey"] = "id",
        ["Latchkey:Signing:WrapKey"] = "wrap",
    }, services: services => services
        .AddSingleton<TokenCredential>(vault.Credential)
        .AddSingleton<HttpPipelineTransport>(vault.Transport));

    static Task<HttpResponseMessage> ClientToken(TestHost host) => host.Http.PostAsync(Service, TestHost.Form(
        ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only")));

    static async Task AssertUnavailable(HttpResponseMessage answer, int? retryAfter)
    {
        var problem = await answer.Problem(503);
        Assert.Equal("signing_unavailable", problem.Code);
        var wait = (int)answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        if (retryAfter is { } expected) Assert.Equal(expected, wait);
        else Assert.True(wait > 0);
    }
}
