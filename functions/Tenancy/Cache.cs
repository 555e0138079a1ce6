using System.Collections.Concurrent;

namespace Latchkey.Tenancy;

/// <summary>
/// Caches what was found for a few seconds, so that a request seldom has to look up its tenant and client in storage. A miss is
/// never cached: a new client works at once, and invented names fill no memory.
/// </summary>
sealed class Cache<T>(TimeProvider clock, TimeSpan time) where T : class
{
    const int Max = 10_000;

    static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<string, (T Value, DateTimeOffset Until)> entries = new(StringComparer.Ordinal);

    /// <summary>A cache of what must not be out of date for longer than 5 seconds, such as tenants and users' states.</summary>
    public static Cache<T> Short(TimeProvider clock, TimeSpan time) => new(clock, time < ShortTime ? time : ShortTime);

    public void Remove(string key) => entries.TryRemove(key, out _);

    public async ValueTask<T?> Get(string key, Func<Task<T?>> find)
    {
        var now = clock.GetUtcNow();
        if (entries.TryGetValue(key, out var entry) && now < entry.Until) return entry.Value;
        if (await find() is not { } found)
        {
            entries.TryRemove(key, out _);
            return null;
        }
        if (entries.Count >= Max) entries.Clear();
        entries[key] = (found, now + time);
        return found;
    }
}
