using Latchkey.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

public sealed class KeyRotationTests : IAsyncLifetime
{
    private readonly TestClock clock = new();
    private readonly CancellationToken none = CancellationToken.None;
    private StandInVault vault = null!;

    public async Task InitializeAsync() => vault = await StandInVault.Start(clock);

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Fact]
    public async Task A_rotated_key_is_published_first_and_signs_only_after_the_lead_while_the_old_one_stays()
    {
        vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
        clock.Advance(TimeSpan.FromDays(1));
        var signer = Signer();
        var old = await signer.Current("demo", "ES256", none);
        var oldToken = await Write(signer);

        vault.Keys.AddEc("access");
        clock.Advance(TimeSpan.FromMinutes(5));
        var published = await signer.PublicKeys("demo", none);
        Assert.Equal(2, published.Count(key => key.Alg == "ES256"));
        Assert.Equal(old, await signer.Current("demo", "ES256", none));

        clock.Advance(TimeSpan.FromMinutes(4) + TimeSpan.FromSeconds(58));
        Assert.Equal(old, await signer.Current("demo", "ES256", none));
        clock.Advance(TimeSpan.FromSeconds(2));
        var now = await signer.Current("demo", "ES256", none);
        Assert.NotEqual(old, now);
        Assert.Contains(published, key => key.Kid == now.Kid);

        var set = await new JwkSet(signer).Json("demo", none);
        Assert.Equal(old.Kid, (await Tokens.Verify(oldToken, set)).Kid);
        Assert.Equal(now.Kid, (await Tokens.Verify(await Write(signer), set)).Kid);
    }

    [Fact]
    public async Task A_version_enabled_long_after_it_was_made_waits_for_the_lead_too()
    {
        vault.Keys.AddEc("access");
        clock.Advance(TimeSpan.FromMinutes(1));
        var second = vault.Keys.AddEc("access");
        second.Enabled = false;
        clock.Advance(TimeSpan.FromDays(1));
        var signer = Signer();
        var old = await signer.Current("demo", "ES256", none);

        second.Enabled = true;
        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(old, await signer.Current("demo", "ES256", none));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.NotEqual(old, await signer.Current("demo", "ES256", none));
    }

    [Fact]
    public async Task An_expired_key_signs_no_more_but_is_published_for_a_day()
    {
        vault.Keys.AddEc("access").Expires = clock.Now.AddHours(2);
        clock.Advance(TimeSpan.FromHours(1));
        vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
        var signer = Signer();
        var old = await signer.Current("demo", "ES256", none);

        clock.Advance(TimeSpan.FromHours(1));
        Assert.NotEqual(old, await signer.Current("demo", "ES256", none));
        Assert.Contains(await signer.PublicKeys("demo", none), key => key.Kid == old.Kid);

        clock.Advance(TimeSpan.FromHours(24));
        Assert.DoesNotContain(await signer.PublicKeys("demo", none), key => key.Kid == old.Kid);
    }

    [Fact]
    public async Task A_version_signs_not_before_its_date()
    {
        clock.Advance(TimeSpan.FromHours(-2)); // The SDK looks at the machine's clock too.
        vault.Keys.AddEc("access");
        clock.Advance(TimeSpan.FromMinutes(1));
        vault.Keys.AddEc("access").NotBefore = clock.Now.AddHours(1);
        clock.Advance(TimeSpan.FromMinutes(59));
        var signer = Signer();
        var old = await signer.Current("demo", "ES256", none);
        await Write(signer);

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(old, await signer.Current("demo", "ES256", none));
        await Write(signer);
    }

    [Fact]
    public async Task A_key_whose_expiry_was_put_off_signs_again()
    {
        clock.Advance(TimeSpan.FromHours(-2)); // The SDK looks at the machine's clock too.
        var key = vault.Keys.AddEc("access");
        key.Expires = clock.Now.AddHours(1);
        var signer = Signer();
        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));

        clock.Advance(TimeSpan.FromMinutes(5));
        key.Expires = clock.Now.AddDays(1);

        await Write(signer);
    }

    private KeyVaultSigner Signer() =>
        new(new Vault(vault.Address, vault.Credential, clock, NullLogger<Vault>.Instance, vault.Transport), "access", "id");

    private Task<string> Write(KeyVaultSigner signer) =>
        new JwtWriter(signer).Write("demo", "ES256", "JWT", new Dictionary<string, object> { ["sub"] = "alice" }, none);
}
