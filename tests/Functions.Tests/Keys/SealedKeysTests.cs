using System.Security.Cryptography;
using Latchkey.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

/// <summary>Keys that are stored sealed: several instances, and what happens to damaged or foreign rows.</summary>
public sealed class SealedKeysTests : IAsyncLifetime
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

    [Fact]
    public async Task Instances_that_race_on_one_store_agree_on_one_key_of_each_kind()
    {
        var instances = Enumerable.Range(0, 4).Select(_ => Instance()).ToList();

        var said = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() => instances[n % 4].Describe())));

        Assert.Single(said.Distinct());
        Assert.Equal(["ES256 1", "HS256 1", "RS256 1"], store.Keys.Select(key => $"{key.Algorithm} {key.Number}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Keys_are_read_and_unwrapped_once_however_many_ask()
    {
        await Instance().Describe();
        vault.Forget();
        var before = store.Loads;
        var instance = Instance();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(instance.Describe)));
        for (var n = 0; n < 10; n++)
        {
            clock.Advance(TimeSpan.FromMinutes(5)); // Rows are read again, but not unwrapped again.
            await instance.Describe();
        }

        Assert.Equal(11, store.Loads - before);
        Assert.Equal(3, vault.Count("unwrapkey"));
    }

    [Fact]
    public async Task What_is_stored_does_not_hold_the_key_and_two_rows_share_nothing()
    {
        var instance = Instance();
        await instance.Describe();
        await instance.Signer.PublicKeys("acme", none);

        foreach (var (at, stored) in store)
        {
            var held = (await instance.Keys.Get(at.Tenant, none)).Open.Single(key => key.Row == stored.Row);
            var window = held.Secret.AsSpan(held.Secret.Length - 16);
            Assert.Equal(-1, stored.Sealed.AsSpan().IndexOf(window));
            Assert.Equal(256, stored.WrappedKey.Length);
            Assert.StartsWith($"{vault.Address}keys/wrap/", stored.WrapKeyId, StringComparison.Ordinal);
        }
        Assert.Equal(6, store.Values.Select(stored => Convert.ToHexString(stored.WrappedKey)).Distinct().Count());
        Assert.Equal(4, store.Values.Where(stored => stored.Row.Algorithm != "HS256").Select(stored => stored.Row.Kid).Distinct().Count());
    }

    [Fact]
    public async Task Keys_stay_readable_after_the_wrapping_key_was_rotated()
    {
        var before = await Instance().Describe();
        var second = vault.Keys.AddRsa("wrap");
        Assert.Equal(before, await Instance().Describe());

        await Instance().Keys.Rotate("demo", _ => true, none);

        Assert.All(store.Values, key => Assert.Equal(key.Row.Number == 2, key.WrapKeyId == second.Id));
        Assert.Equal(4, (await Instance().Signer.PublicKeys("demo", none)).Count);
    }

    [Fact]
    public async Task A_vault_that_is_down_makes_no_key_and_is_found_again_without_a_restart()
    {
        await vault.Down();
        var instance = Instance();
        await Assert.ThrowsAsync<SigningUnavailableException>(instance.Describe);
        Assert.Empty(store);

        await vault.Up();

        await instance.Describe();
        Assert.Equal(3, store.Count);
    }

    [Fact]
    public async Task A_store_that_fails_is_asked_again_and_what_is_held_goes_on_for_a_day()
    {
        var instance = Instance();
        store.Fault = new IOException("down");
        await Assert.ThrowsAsync<IOException>(instance.Describe);
        store.Fault = null;
        var said = await instance.Describe();

        store.Fault = new IOException("down");
        clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(said, await instance.Describe());
        clock.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<IOException>(instance.Describe);
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_fail_the_others()
    {
        vault.Delay = TimeSpan.FromMilliseconds(500);
        var ring = Instance().Ring;
        using var leaves = new CancellationTokenSource();

        var first = ring.MacKeys("demo", leaves.Token).AsTask();
        var second = ring.MacKeys("demo", none).AsTask();
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Single(await second);
    }

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
        Assert.Equal(1, await instance.Keys.RemoveOutlived("demo", none)); // The old RSA key.
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

    private OwnKeysOf Instance() => new(store.By(
        new Vault(vault.Address, vault.Credential, clock, NullLogger<Vault>.Instance, vault.Transport)), clock);
}
