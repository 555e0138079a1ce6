using System.Collections.Concurrent;
using Latchkey.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

public sealed class KeyRingTests : IAsyncLifetime
{
    private readonly TestClock clock = new();
    private readonly CancellationToken none = CancellationToken.None;
    private readonly ConcurrentDictionary<(string Tenant, string Id), WrappedKey> store = new();
    private StandInVault vault = null!;
    private int loads;

    public async Task InitializeAsync()
    {
        vault = await StandInVault.Start(clock);
        vault.Keys.AddRsa("wrap");
    }

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Fact]
    public async Task Rings_that_race_on_one_store_agree_on_one_key()
    {
        var rings = Enumerable.Range(0, 4).Select(_ => Ring()).ToList();

        var keys = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() => rings[n % 4].MacKeys("demo", none).AsTask())));

        Assert.Equal(32, Assert.Single(keys[0]).Length);
        Assert.All(keys, ring => Assert.Equal(keys[0], ring));
        Assert.Equal("1", Assert.Single(store).Value.Id);
    }

    [Fact]
    public async Task A_ring_is_loaded_and_unwrapped_once()
    {
        await Ring().MacKeys("demo", none);
        vault.Forget();
        loads = 0;
        var ring = Ring();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => ring.MacKeys("demo", none).AsTask())));

        Assert.Equal(1, loads);
        Assert.Equal(1, vault.Count("unwrapkey"));
    }

    [Fact]
    public async Task What_is_stored_does_not_hold_the_key()
    {
        var key = Assert.Single(await Ring().MacKeys("demo", none));
        var stored = Assert.Single(store).Value;

        Assert.Equal(256, stored.Wrapped.Length);
        Assert.Equal(-1, stored.Wrapped.AsSpan().IndexOf(key));
        Assert.StartsWith($"{vault.Address}keys/wrap/", stored.WrapKeyId, StringComparison.Ordinal);
        Assert.NotEqual(key, Assert.Single(await Ring().MacKeys("acme", none)));
    }

    [Fact]
    public async Task A_key_stays_readable_after_the_wrapping_key_was_rotated_and_the_newest_key_comes_first()
    {
        var first = Assert.Single(await Ring().MacKeys("demo", none));
        vault.Keys.AddRsa("wrap");
        clock.Advance(TimeSpan.FromDays(1));
        var other = Assert.Single(await Ring().MacKeys("acme", none));
        Assert.True(store.TryRemove(("acme", "1"), out var moved));
        store[("demo", "2")] = moved with { Id = "2" };

        Assert.Equal([other, first], await Ring().MacKeys("demo", none));
    }

    [Fact]
    public async Task A_vault_that_is_down_makes_no_key_and_is_found_again_without_a_restart()
    {
        await vault.Down();
        var ring = Ring();
        await Assert.ThrowsAsync<SigningUnavailableException>(() => ring.MacKeys("demo", none).AsTask());
        Assert.Empty(store);

        await vault.Up();

        Assert.Single(await ring.MacKeys("demo", none));
    }

    [Fact]
    public async Task A_store_that_fails_is_asked_again()
    {
        var broken = true;
        var ring = KeyRing.Wrapped(Vault(), "wrap", (tenant, cancel) => broken ? throw new IOException("down") : Load(tenant, cancel), TryAdd);
        await Assert.ThrowsAsync<IOException>(() => ring.MacKeys("demo", none).AsTask());

        broken = false;

        Assert.Single(await ring.MacKeys("demo", none));
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_fail_the_others()
    {
        vault.Delay = TimeSpan.FromMilliseconds(500);
        var ring = Ring();
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
        await Ring().MacKeys("demo", none);
        store[("demo", "1")] = store[("demo", "1")] with { WrapKeyId = wrapKeyId.Replace("HOST", vault.Host, StringComparison.Ordinal) };
        vault.Forget();

        await Assert.ThrowsAsync<SigningUnavailableException>(() => Ring().MacKeys("demo", none).AsTask());

        Assert.Empty(vault.Calls);
    }

    [Fact]
    public async Task A_damaged_key_is_refused_and_not_replaced()
    {
        await Ring().MacKeys("demo", none);
        var damaged = store[("demo", "1")] with { Wrapped = new byte[256] };
        store[("demo", "1")] = damaged;

        await Assert.ThrowsAsync<SigningUnavailableException>(() => Ring().MacKeys("demo", none).AsTask());

        Assert.Same(damaged, Assert.Single(store).Value);
    }

    private Vault Vault() => new(vault.Address, vault.Credential, clock, NullLogger<Vault>.Instance, vault.Transport);

    private KeyRing Ring() => KeyRing.Wrapped(Vault(), "wrap", Load, TryAdd);

    private Task<IReadOnlyList<WrappedKey>> Load(string tenant, CancellationToken cancel)
    {
        Interlocked.Increment(ref loads);
        return Task.FromResult<IReadOnlyList<WrappedKey>>([.. store.Where(row => row.Key.Tenant == tenant).Select(row => row.Value)]);
    }

    private Task<bool> TryAdd(string tenant, WrappedKey key, CancellationToken cancel) => Task.FromResult(store.TryAdd((tenant, key.Id), key));
}
