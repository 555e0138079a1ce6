using Latchkey.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

/// <summary>Keys that are stored sealed: several instances, a vault and a store that fail.</summary>
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
            var held = (await instance.Keys.Get(at.Tenant, none)).Usable.Single(key => key.Row == stored.Row);
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

    private ManagedKeysOf Instance() => new(store.By(
        new Vault(vault.Address, vault.Credential, clock, NullLogger<Vault>.Instance, vault.Transport)), clock, RsaKeys.Of(store));
}
