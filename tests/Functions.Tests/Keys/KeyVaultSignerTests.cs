using System.Security.Cryptography;
using Latchkey.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

public sealed class KeyVaultSignerTests : IAsyncLifetime
{
    private readonly TestClock clock = new();
    private readonly CancellationToken none = CancellationToken.None;
    private StandInVault vault = null!;

    public async Task InitializeAsync() => vault = await StandInVault.Start(clock);

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task A_token_verifies_against_the_published_set(string algorithm)
    {
        vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
        var signer = Signer();

        var token = await Write(signer, algorithm);

        var read = await Tokens.Verify(token, await new JwkSet(signer).Json("demo", none));
        Assert.Equal(algorithm, read.Alg);
    }

    [Fact]
    public async Task A_signature_costs_one_call_and_the_key_is_never_read_for_it()
    {
        vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
        var signer = Signer();
        await signer.PublicKeys("demo", none);
        Assert.Equal(["challenge", "list", "get", "get", "list", "get", "get"], vault.Calls);
        vault.Forget();

        for (var n = 0; n < 10; n++) await Write(signer, n % 2 == 0 ? "ES256" : "RS256");

        Assert.Equal(Enumerable.Repeat("sign", 10), vault.Calls);
    }

    [Fact]
    public async Task A_hundred_cold_starts_at_once_list_once()
    {
        vault.Keys.AddEc("access");
        vault.Delay = TimeSpan.FromMilliseconds(100);
        var signer = Signer();

        var keys = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => signer.Current("demo", "ES256", none).AsTask())));

        Assert.Single(keys.Distinct());
        Assert.Equal(1, vault.Count("list"));
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_fail_the_others()
    {
        vault.Keys.AddEc("access");
        vault.Delay = TimeSpan.FromMilliseconds(500);
        var signer = Signer();
        using var leaves = new CancellationTokenSource();

        var first = signer.Current("demo", "ES256", leaves.Token).AsTask();
        var second = signer.Current("demo", "ES256", none).AsTask();
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second;
        Assert.Equal(1, vault.Count("list"));
    }

    [Fact]
    public async Task Keys_that_we_could_not_sign_with_are_never_published()
    {
        var good = vault.Keys.AddEc("access");
        vault.Keys.AddEc("access", ECCurve.NamedCurves.nistP384);
        vault.Keys.AddEc("access").Operations = ["verify"];
        vault.Keys.AddEc("access").Enabled = false;
        vault.Keys.AddRsa("id", bits: 1024);
        vault.Keys.PageSize = 2;
        var signer = Signer();

        var key = Assert.Single(await signer.PublicKeys("demo", none));
        Assert.Equal(key.Kid, (await signer.Current("demo", "ES256", none)).Kid);
        await Write(signer, "ES256");
        await Assert.ThrowsAsync<SigningUnavailableException>(() => signer.Current("demo", "RS256", none).AsTask());
        Assert.EndsWith(good.Version, good.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_tenant_has_its_own_key_where_the_setting_says_so()
    {
        vault.Keys.AddEc("demo-access");
        vault.Keys.AddEc("acme-access");
        vault.Keys.AddRsa("id");
        var signer = new KeyVaultSigner(Vault(), "{tenant}-access", "id");

        var demo = await signer.Current("demo", "ES256", none);
        var acme = await signer.Current("acme", "ES256", none);

        Assert.NotEqual(demo, acme);
        Assert.DoesNotContain(await signer.PublicKeys("acme", none), key => key.Kid == demo.Kid);
        await Assert.ThrowsAsync<SigningUnavailableException>(() => signer.Sign("acme", demo, "x"u8.ToArray(), none));
    }

    [Theory]
    [InlineData("access", true)]
    [InlineData("{tenant}-access", true)]
    [InlineData("", false)]
    [InlineData("{Tenant}", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    public void A_setting_that_names_no_key_is_refused(string setting, bool good)
    {
        Assert.Equal(good, KeyVaultSigner.IsKeyName(setting));
        if (!good) Assert.Throws<ArgumentException>(() => new KeyVaultSigner(Vault(), setting, "id"));
    }

    [Fact]
    public async Task A_tenant_cannot_bend_the_address_of_the_key()
    {
        var signer = new KeyVaultSigner(Vault(), "{tenant}", "id");

        await Assert.ThrowsAsync<ArgumentException>(() => signer.Current("../secrets", "ES256", none).AsTask());
        Assert.Empty(vault.Calls);
    }

    [Fact]
    public async Task A_list_is_renewed_in_the_background_before_it_is_too_old()
    {
        vault.Keys.AddEc("access");
        var signer = Signer();
        await signer.Current("demo", "ES256", none);
        vault.Forget();

        clock.Advance(TimeSpan.FromMinutes(4));
        vault.Delay = TimeSpan.FromMilliseconds(500);
        var waiting = signer.Current("demo", "ES256", none).AsTask();
        Assert.True(waiting.IsCompletedSuccessfully);

        await Eventually.True(() => vault.Count("list") == 1);
        Assert.Equal(0, vault.Count("get"));
    }

    [Fact]
    public async Task An_unknown_kid_renews_the_list_at_most_every_30_seconds()
    {
        vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
        var signer = Signer();
        await signer.PublicKeys("demo", none);
        vault.Keys.AddEc("access");
        vault.Forget();

        Assert.Equal(2, (await signer.RenewedPublicKeys("demo", none)).Count);
        clock.Advance(TimeSpan.FromSeconds(30));
        for (var n = 0; n < 20; n++) Assert.Equal(3, (await signer.RenewedPublicKeys("demo", none)).Count);

        Assert.Equal(2, vault.Count("list"));
    }

    private Vault Vault() => new(vault.Address, vault.Credential, clock, NullLogger<Vault>.Instance, vault.Transport);

    private KeyVaultSigner Signer() => new(Vault(), "access", "id");

    private Task<string> Write(KeyVaultSigner signer, string algorithm) =>
        new JwtWriter(signer).Write("demo", algorithm, "JWT", new Dictionary<string, object> { ["sub"] = "alice" }, none);
}
