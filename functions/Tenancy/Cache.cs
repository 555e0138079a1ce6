using System.Collections.Concurrent;

namespace Latchkey.Tenancy;

/// <summary>
/// Caches what was found for a few seconds, so that a request seldom has to look up its tenant and client in storage. Callers who miss
/// the same key at the same time share one read, and in the last fifth of its time a value is read again behind the caller. A miss is
/// never cached: a new client works at once, and invented names fill no memory.
/// </summary>
sealed class Cache<T>(TimeProvider clock, TimeSpan time) where T : class
{
    const int Max = 10_000;

    static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(5);

    readonly Lock sync = new();
    readonly ConcurrentDictionary<string, (T Value, DateTimeOffset Until)> entries = new(StringComparer.Ordinal);
    readonly Dictionary<string, Reading> readings = new(StringComparer.Ordinal);

    /// <summary>A cache of what must not be out of date for longer than 5 seconds, such as tenants and users' states.</summary>
    public static Cache<T> Short(TimeProvider clock, TimeSpan time) => new(clock, time < ShortTime ? time : ShortTime);

    /// <summary>Forgets a key, also for a read that has begun: what it finds may be from before the caller's write.</summary>
    public void Remove(string key)
    {
        lock (sync)
        {
            readings.Remove(key);
            entries.TryRemove(key, out _);
        }
    }

    /// <summary>The value, at most as old as the cache's time, or null.</summary>
    /// <param name="key">What it is stored under.</param>
    /// <param name="find">Reads it. Other callers may wait for the same read, so it does not end with one of them.</param>
    /// <param name="cancel">Ends the caller's wait.</param>
    public ValueTask<T?> Get(string key, Func<CancellationToken, Task<T?>> find, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (!entries.TryGetValue(key, out var entry) || now >= entry.Until) return new(Read(key, find, cancel));
        if (IsOld(entry.Until, now)) Begin(key, find);
        return new(entry.Value);
    }

    bool IsOld(DateTimeOffset until, DateTimeOffset now) => now >= until - (time / 5);

    async Task<T?> Read(string key, Func<CancellationToken, Task<T?>> find, CancellationToken cancel)
    {
        var (reading, isOwn) = Begin(key, find);
        var found = await reading.WaitAsync(cancel);
        // Another caller's read may have missed what was added since.
        return found is null && !isOwn ? await find(cancel) : found;
    }

    (Task<T?> Result, bool IsOwn) Begin(string key, Func<CancellationToken, Task<T?>> find)
    {
        lock (sync)
        {
            if (readings.TryGetValue(key, out var other)) return (other.Result, false);
            // Another caller's read may have ended since this caller looked.
            var isThere = entries.TryGetValue(key, out var entry) && !IsOld(entry.Until, clock.GetUtcNow());
            if (isThere) return (Task.FromResult<T?>(entry.Value), false);
            var reading = new Reading();
            readings[key] = reading;
            return (reading.Result = Task.Run(() => Read(key, reading, find)), true);
        }
    }

    async Task<T?> Read(string key, Reading reading, Func<CancellationToken, Task<T?>> find)
    {
        var until = clock.GetUtcNow() + time;
        try
        {
            var found = await find(CancellationToken.None);
            lock (sync)
            {
                if (IsCurrent(key, reading)) Keep(key, found, until);
            }
            return found;
        }
        finally
        {
            lock (sync)
            {
                if (IsCurrent(key, reading)) readings.Remove(key);
            }
        }
    }

    // Not after Remove: what was found then may be from before the write.
    bool IsCurrent(string key, Reading reading) => readings.GetValueOrDefault(key) == reading;

    void Keep(string key, T? found, DateTimeOffset until)
    {
        if (entries.Count >= Max) entries.Clear();
        if (found is null) entries.TryRemove(key, out _);
        else entries[key] = (found, until);
    }

    sealed class Reading
    {
        public Task<T?> Result { get; set; } = Task.FromResult<T?>(null);
    }
}
