using System.Text.Json;
using Latchkey.Keys;
using Latchkey.OAuth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.OAuth;

/// <summary>What is refused costs no signature: in mode KeyVault each is a call to the vault, which can be used up. And discovery follows the grants.</summary>
public sealed class SignatureTests : IAsyncLifetime
{
    TestHost host = null!;
    CountingSigner signer = null!;

    public async Task InitializeAsync() => host = await TestHost.Start(services: services =>
    {
        var inner = services.Last(service => service.ServiceType == typeof(ISigner));
        services.AddSingleton<ISigner>(provider => signer = new CountingSigner((ISigner)inner.ImplementationFactory!(provider)));
        services.AddSingleton<IGrant, ExampleGrant>();
    });

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_reused_refresh_token_is_refused_without_a_signature()
    {
        var tokens = await host.Tokens("demo");
        var stolen = tokens.RefreshToken!;
        for (var generation = 0; generation < 2; generation++)
            tokens = await host.Refresh("demo", tokens.RefreshToken!).Read<TokenAnswer>();

        var before = signer.Signatures;
        await host.Refresh("demo", stolen).Refused("invalid_grant");
        await host.Refresh("demo", tokens.RefreshToken!).Refused("invalid_grant"); // The session has ended.
        Assert.Equal(before, signer.Signatures);
    }

    [Fact]
    public async Task A_refresh_that_succeeds_signs_its_tokens_once()
    {
        var tokens = await host.Tokens("demo");
        var before = signer.Signatures;
        await host.Refresh("demo", tokens.RefreshToken!).Is(200);
        Assert.InRange(signer.Signatures - before, 1, 2); // The access token, and an ID token with the scope openid.
    }

    [Fact]
    public async Task A_grant_that_is_registered_appears_in_discovery()
    {
        var document = JsonDocument.Parse(await host.Http.GetStringAsync("/demo/.well-known/openid-configuration")).RootElement;
        Assert.Contains("urn:example:grant", document.GetProperty("grant_types_supported").EnumerateArray().Select(type => type.GetString()));
    }

    sealed class ExampleGrant : IGrant
    {
        public string Type => "urn:example:grant";

        public Task<TokenResponse> Redeem(TokenRequest request) => throw new NotSupportedException();
    }

    sealed class CountingSigner(ISigner inner) : ISigner
    {
        int signatures;

        public int Signatures => signatures;

        public Task<byte[]> Sign(string tenant, SigningKey key, ReadOnlyMemory<byte> data, CancellationToken cancel)
        {
            Interlocked.Increment(ref signatures);
            return inner.Sign(tenant, key, data, cancel);
        }

        public ValueTask<SigningKey> Current(string tenant, string algorithm, CancellationToken cancel) => inner.Current(tenant, algorithm, cancel);

        public ValueTask<IReadOnlyList<JsonWebKey>> PublicKeys(string tenant, CancellationToken cancel) => inner.PublicKeys(tenant, cancel);

        public ValueTask<IReadOnlyList<JsonWebKey>> RenewedPublicKeys(string tenant, CancellationToken cancel) =>
            inner.RenewedPublicKeys(tenant, cancel);

        public ValueTask<IReadOnlyList<KeyInfo>> Keys(string tenant, CancellationToken cancel) => inner.Keys(tenant, cancel);
    }
}
