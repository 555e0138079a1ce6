using System.Runtime.ExceptionServices;

namespace Latchkey.Keys;

/// <summary>
/// Caches something that is read from another service for 5 minutes, and reads it again in the background from the fourth minute
/// on. At most one read runs at a time, however many callers wait for it. While reads fail, the last value serves for up to 24
/// hours.
/// </summary>
/// <param name="clock">Measures the age.</param>
/// <param name="read">Reads the value.</param>
/// <param name="isComplete">Returns false for an incomplete value, which is read again soon. Null: values are always complete.</param>
sealed class RefreshingCache<T>(TimeProvider clock, Func<Task<T>> read, Predicate<T>? isComplete = null) where T : class
{
    static readonly TimeSpan RefreshAge = TimeSpan.FromMinutes(4);
    static readonly TimeSpan FreshAge = TimeSpan.FromMinutes(5);
    static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);
    static readonly TimeSpan MinPause = TimeSpan.FromSeconds(30);

    readonly Lock sync = new();
    Reading? held;
    Task<Exception?>? running;
    DateTimeOffset lastTry = DateTimeOffset.MinValue;

    /// <summary>The cached value if it is fresh. Throws the failure of the read if there is no value, or it is too old.</summary>
    public ValueTask<T> Get(CancellationToken cancel)
    {
        Task<Exception?>? reading;
        lock (sync)
        {
            var age = Age();
            if (age < RefreshAge && isComplete?.Invoke(held!.Value) is not false) return new(held!.Value);
            if (age >= MaxAge || MayRead()) running ??= Start();
            // If no read is running, the last one failed a moment ago: serve the value that there is.
            if (age < FreshAge || (age < MaxAge && running is null)) return new(held!.Value);
            reading = running;
        }
        return Await(reading!, cancel);
    }

    /// <summary>Reads again now, unless that was tried in the last 30 seconds; falls back on the cached value.</summary>
    public ValueTask<T> Renewed(CancellationToken cancel)
    {
        Task<Exception?>? reading;
        lock (sync)
        {
            if (MayRead()) running ??= Start();
            reading = running;
        }
        return reading is null ? Get(cancel) : Await(reading, cancel);
    }

    /// <summary>Reads again in the background, unless that was tried in the last 30 seconds.</summary>
    public void RefreshSoon()
    {
        lock (sync)
        {
            if (MayRead()) running ??= Start();
        }
    }

    /// <summary>The result of a read that starts after this call; throws that read's failure.</summary>
    public async Task<T> ReadNow(CancellationToken cancel)
    {
        Task<Exception?>? reading;
        lock (sync) reading = running;
        if (reading is not null) await reading.WaitAsync(cancel); // It may have started before the change that the caller wants to see.
        lock (sync) reading = running ??= Start();
        if (await reading.WaitAsync(cancel) is { } failure) ExceptionDispatchInfo.Throw(failure);
        lock (sync) return held!.Value;
    }

    TimeSpan Age() => held is null ? TimeSpan.MaxValue : clock.GetUtcNow() - held.At;

    bool MayRead() => clock.GetUtcNow() - lastTry >= MinPause;

    async ValueTask<T> Await(Task<Exception?> reading, CancellationToken cancel)
    {
        var failure = await reading.WaitAsync(cancel);
        lock (sync)
        {
            if (failure is null || Age() < MaxAge) return held!.Value;
        }
        if (failure is SigningUnavailableException unavailable) throw unavailable.Again();
        ExceptionDispatchInfo.Throw(failure);
        throw failure;
    }

    // Detached from the first caller: if that one hangs up, the others must not fail.
    Task<Exception?> Start()
    {
        lastTry = clock.GetUtcNow();
        return Task.Run(Read);
    }

    async Task<Exception?> Read()
    {
        Reading? loaded = null;
        try
        {
            var started = clock.GetUtcNow();
            loaded = new Reading(await read(), started);
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
        finally
        {
            lock (sync)
            {
                held = loaded ?? held;
                running = null;
            }
        }
    }

    sealed record Reading(T Value, DateTimeOffset At);
}
