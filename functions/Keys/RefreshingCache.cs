using System.Runtime.ExceptionServices;

namespace Latchkey.Keys;

/// <summary>
/// Something that is read from afar and held for 5 minutes; read anew in the background from the fourth minute. One
/// reading runs at a time, however many callers wait for it. While it can't be read, what is held serves for up to
/// 24 hours.
/// </summary>
/// <param name="clock">Measures the age.</param>
/// <param name="read">Reads.</param>
/// <param name="isWhole">False of what should be read anew soon, because something is missing in it. Null: never.</param>
internal sealed class RefreshingCache<T>(TimeProvider clock, Func<Task<T>> read, Predicate<T>? isWhole = null) where T : class
{
    private static readonly TimeSpan renewFrom = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan servesAtMost = TimeSpan.FromHours(24);
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private Reading? held;
    private Task<Exception?>? running;
    private DateTimeOffset lastTry = DateTimeOffset.MinValue;

    /// <summary>From memory if it is fresh. Throws what the reading threw if nothing is held, or it is too old.</summary>
    public ValueTask<T> Get(CancellationToken cancel)
    {
        Task<Exception?>? reading;
        lock (gate)
        {
            var age = Age();
            if (age < renewFrom && isWhole?.Invoke(held!.Value) is not false) return new(held!.Value);
            if (age >= servesAtMost || Rested()) running ??= Start();
            // Without a reading under way the last one failed a moment ago: serve what there is.
            if (age < fresh || (age < servesAtMost && running is null)) return new(held!.Value);
            reading = running;
        }
        return Await(reading!, cancel);
    }

    /// <summary>Reads again now, unless that was tried in the last 30 seconds; falls back on what is held.</summary>
    public ValueTask<T> Renewed(CancellationToken cancel)
    {
        Task<Exception?>? reading;
        lock (gate)
        {
            if (Rested()) running ??= Start();
            reading = running;
        }
        return reading is null ? Get(cancel) : Await(reading, cancel);
    }

    /// <summary>Reads again in the background, unless that was tried in the last 30 seconds.</summary>
    public void RenewSoon()
    {
        lock (gate)
        {
            if (Rested()) running ??= Start();
        }
    }

    /// <summary>What a reading that starts after this call finds; throws what that reading threw.</summary>
    public async Task<T> ReadNow(CancellationToken cancel)
    {
        Task<Exception?>? reading;
        lock (gate) reading = running;
        if (reading is not null) await reading.WaitAsync(cancel); // It may have read before what the caller wants to see.
        lock (gate) reading = running ??= Start();
        if (await reading.WaitAsync(cancel) is { } failure) ExceptionDispatchInfo.Throw(failure);
        lock (gate) return held!.Value;
    }

    private TimeSpan Age() => held is null ? TimeSpan.MaxValue : clock.GetUtcNow() - held.At;

    private bool Rested() => clock.GetUtcNow() - lastTry >= pause;

    private async ValueTask<T> Await(Task<Exception?> reading, CancellationToken cancel)
    {
        var failure = await reading.WaitAsync(cancel);
        lock (gate)
        {
            if (failure is null || Age() < servesAtMost) return held!.Value;
        }
        if (failure is SigningUnavailableException unavailable) throw unavailable.Again();
        ExceptionDispatchInfo.Throw(failure);
        throw failure;
    }

    // Detached from the first caller: its going away must not fail the others.
    private Task<Exception?> Start()
    {
        lastTry = clock.GetUtcNow();
        return Task.Run(Read);
    }

    private async Task<Exception?> Read()
    {
        Reading? loaded = null;
        try
        {
            var started = clock.GetUtcNow();
            loaded = new Reading(await read(), started);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
        finally
        {
            lock (gate)
            {
                held = loaded ?? held;
                running = null;
            }
        }
    }

    private sealed record Reading(T Value, DateTimeOffset At);
}
