using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.Tenancy;

/// <summary>What is cached of tenants, clients and users, and what many requests at once cost.</summary>
public sealed class CacheTests : OnCuttableStorage
{
    const string Path = "/demo/.well-known/openid-configuration";

    readonly TestClock clock = new();

    [Fact]
    public async Task Fifty_requests_after_an_idle_time_share_one_reading_of_the_tenant()
    {
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var trips = await host.Trips(() => Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.Http.GetAsync(Path).Is(200))));
        Assert.InRange(trips, 1, 2); // Its partition, and its webhooks.
    }

    [Fact]
    public async Task A_tenant_in_use_is_read_again_behind_the_requests()
    {
        await host.Http.GetAsync(Path).Is(200);
        host.Clock.Advance(TimeSpan.FromSeconds(4.5));
        var before = host.Service<RoundTrips>().Count;
        await host.Http.GetAsync(Path).Is(200);
        await Eventually.True(() => Task.FromResult(host.Service<RoundTrips>().Count == before + 2));
        host.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(0, await host.Trips(() => host.Http.GetAsync(Path).Is(200)));
    }

    [Fact]
    public async Task What_was_read_before_a_removal_is_not_kept()
    {
        var cache = new Cache<string>(clock, TimeSpan.FromSeconds(5));
        var slow = new TaskCompletionSource<string?>();
        var early = cache.Get("key", _ => slow.Task, default);
        cache.Remove("key");
        Assert.Equal("new", await cache.Get("key", _ => Task.FromResult<string?>("new"), default));
        slow.SetResult("old");
        Assert.Equal("old", await early);
        Assert.Equal("new", await cache.Get("key", _ => throw new InvalidOperationException(), default));
    }

    [Fact]
    public async Task A_read_that_ends_while_another_caller_looks_serves_that_caller_too()
    {
        var times = new LookedAt(clock.Now);
        var cache = new Cache<string>(times, TimeSpan.FromSeconds(5));
        await cache.Get("key", _ => Task.FromResult<string?>("just read"), default);
        times.Next.Enqueue(clock.Now.AddSeconds(5)); // To this caller's look the value is old.
        Assert.Equal("just read", await cache.Get("key", _ => throw new InvalidOperationException(), default));
        Assert.Empty(times.Next);
    }

    /// <summary>A clock that says what it was told to say next.</summary>
    sealed class LookedAt(DateTimeOffset now) : TimeProvider
    {
        public Queue<DateTimeOffset> Next { get; } = [];

        public override DateTimeOffset GetUtcNow() => Next.TryDequeue(out var next) ? next : now;
    }

    [Fact]
    public async Task A_caller_who_hangs_up_does_not_end_the_others_reading()
    {
        var cache = new Cache<string>(clock, TimeSpan.FromSeconds(5));
        var slow = new TaskCompletionSource<string?>();
        using var hangUp = new CancellationTokenSource();
        var first = cache.Get("key", cancel => slow.Task.WaitAsync(cancel), hangUp.Token).AsTask();
        var second = cache.Get("key", _ => throw new InvalidOperationException(), default).AsTask();
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        slow.SetResult("value");
        Assert.Equal("value", await second);
    }

    [Fact]
    public async Task Who_shares_a_reading_that_finds_nothing_reads_again()
    {
        var cache = new Cache<string>(clock, TimeSpan.FromSeconds(5));
        var slow = new TaskCompletionSource<string?>();
        var first = cache.Get("key", _ => slow.Task, default).AsTask();
        var second = cache.Get("key", _ => Task.FromResult<string?>("made meanwhile"), default).AsTask();
        slow.SetResult(null);
        Assert.Null(await first);
        Assert.Equal("made meanwhile", await second);
    }

    [Fact]
    public async Task A_value_outlives_a_failed_reading_behind_it()
    {
        var cache = new Cache<string>(clock, TimeSpan.FromSeconds(5));
        await cache.Get("key", _ => Task.FromResult<string?>("value"), default);
        clock.Advance(TimeSpan.FromSeconds(4.5));
        Assert.Equal("value", await cache.Get("key", _ => throw new InvalidOperationException(), default));
        Assert.Equal("value", await cache.Get("key", _ => throw new InvalidOperationException(), default));
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            cache.Get("key", _ => throw new InvalidOperationException(), default).AsTask());
    }
}
