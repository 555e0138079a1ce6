using System.Security.Cryptography;
using Latchkey.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

/// <summary>Stored keys that can't be opened: changed by somebody, or refused by the vault.</summary>
public sealed class DamagedKeysTests : IAsyncLifetime
{
    private readonly TestClock clock = new();
    private readonly CancellationToken none = CancellationToken.None;
    private readonly SealedStore store = new();
    private StandInVault vault = null!;

    public async Task InitializeAsync()
    {
        vault = await StandInVault.Start(clock);
        vault.Keys.AddRsa("wrap");
    }

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Theory]
    [InlineData("https://evil.vault.azure.net/keys/wrap/0123456789abcdef0123456789abcdef")]
    [InlineData("https://HOST.evil.example/keys/wrap/0123456789abcdef0123456789abcdef")]
    [InlineData("https://HOST/keys/wrap")]
    [InlineData("http://HOST/keys/wrap/0123456789abcdef0123456789abcdef")]
    [InlineData("wrap")]
    public async Task A_stored_address_outside_the_vault_is_never_called(string wrapKeyId)
    {
        await Instance().Describe();
        ChangeAll(key => key with { WrapKeyId = wrapKeyId.Replace("HOST", vault.Host, StringComparison.Ordinal) });
        vault.Forget();

        await Assert.ThrowsAsync<SigningUnavailableException>(Instance().Describe);

        Assert.Empty(vault.Calls);
    }

    public static TheoryData<string> Damages => ["row of another tenant", "sealed", "wrapped", "signs from", "created", "kid", "number", "empty", "another's box"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_changed_row_is_refused_and_not_replaced(string damage)
    {
        await Instance().Describe();
        await Instance().Signer.PublicKeys("acme", none);
        var key = ("demo", "ES256", 1);
        var good = store[key];
        var other = store[("acme", "ES256", 1)];
        var bad = store[key] = damage switch
        {
            "row of another tenant" => other,
            "sealed" => good with { Sealed = [.. good.Sealed[..^1], (byte)(good.Sealed[^1] ^ 1)] },
            "wrapped" => good with { WrappedKey = RandomNumberGenerator.GetBytes(256) },
            "signs from" => good with { Row = good.Row with { SignsFrom = good.Row.SignsFrom.AddSeconds(1) } },
            "created" => good with { Row = good.Row with { Created = good.Row.Created.AddSeconds(-1) } },
            "kid" => good with { Row = good.Row with { Kid = other.Row.Kid } },
            "number" => good with { Row = good.Row with { Number = 2 } },
            "empty" => good with { Sealed = [] },
            _ => good with { WrappedKey = other.WrappedKey, WrapKeyId = other.WrapKeyId },
        };

        var instance = Instance();
        await Assert.ThrowsAsync<SigningUnavailableException>(() => instance.Signer.Current("demo", "ES256", none).AsTask());
        await Assert.ThrowsAsync<SigningUnavailableException>(() => instance.Signer.PublicKeys("demo", none).AsTask());
        await instance.Signer.Current("demo", "RS256", none); // The other keys are none the worse.
        await instance.Ring.MacKeys("demo", none);

        Assert.Same(bad, store[key]);
        Assert.Equal(6, store.Count);
    }

    [Fact]
    public async Task A_damaged_successor_neither_signs_nor_ends_its_predecessor()
    {
        var old = await Instance().Signer.Current("demo", "ES256", none);
        await Instance().Keys.Rotate("demo", _ => true, none);
        var second = store[("demo", "ES256", 2)];
        store[("demo", "ES256", 2)] = second with { Sealed = new byte[100] };
        clock.Advance(TimeSpan.FromDays(3));

        var instance = Instance();
        Assert.Equal(old, await instance.Signer.Current("demo", "ES256", none));
        Assert.Contains(await instance.Signer.RenewedPublicKeys("demo", none), key => key.Kid == old.Kid);
        Assert.Equal(1, await instance.Keys.RemoveExpired("demo", none)); // The old RSA key.
        Assert.True(store.ContainsKey(("demo", "ES256", 1)));

        await instance.Keys.Rotate("demo", _ => true, none);
        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(store[("demo", "ES256", 3)].Row.Kid, (await instance.Signer.Current("demo", "ES256", none)).Kid);
    }

    [Fact]
    public async Task While_a_key_cant_be_unwrapped_nothing_is_called_forged()
    {
        var instance = Instance();
        var said = await instance.Describe();
        await Instance().Keys.Rotate("demo", _ => true, none);
        vault.Fail(403);
        clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(said, await instance.Describe()); // What is unwrapped goes on.
        await Assert.ThrowsAsync<SigningUnavailableException>(() => instance.Signer.RenewedPublicKeys("demo", none).AsTask());
        await Assert.ThrowsAsync<SigningUnavailableException>(() => instance.Ring.RenewedMacKeys("demo", none).AsTask());

        vault.Recover();
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(4, (await instance.Signer.RenewedPublicKeys("demo", none)).Count);
        Assert.Equal(2, (await instance.Ring.RenewedMacKeys("demo", none)).Count);
    }

    private void ChangeAll(Func<SealedKey, SealedKey> change)
    {
        foreach (var (at, key) in store) store[at] = change(key);
    }

    private ManagedKeysOf Instance() => new(store.By(
        new Vault(vault.Address, vault.Credential, clock, NullLogger<Vault>.Instance, vault.Transport)), clock, RsaKeys.Of(store));
}
