namespace Latchkey.Tenancy;

/// <summary>A counter of failed attempts (SCHEMA.md, tables Attempts…) and how many it allows.</summary>
/// <param name="Partition">The partition of its rows.</param>
/// <param name="Max">How many failures lock it.</param>
/// <param name="Lock">How long the lock lasts after the last failure.</param>
public sealed record LockoutCounter(string Partition, int Max, TimeSpan Lock)
{
    /// <summary>
    /// From this many failures on, the next attempt must wait: 1 s at first, growing exponentially to less than 32 s. Then comes the lock.
    /// </summary>
    public int SlowFrom { get; init; } = Math.Max(1, Max / 2);

    /// <summary>True if a success removes the failures before it.</summary>
    public bool SuccessClears { get; init; }

    /// <summary>Whose success is remembered and raises the limits for others, or null.</summary>
    public string? SuccessOf { get; init; }

    /// <summary>By how much each remembered success raises the limits.</summary>
    public int ExtraPerSuccess { get; init; }

    /// <summary>The counter with its limits raised for this many remembered successes.</summary>
    internal LockoutCounter For(int successes) =>
        this with { Max = Max + ExtraPerSuccess * successes, SlowFrom = SlowFrom + ExtraPerSuccess * successes };

    /// <summary>The minimum time between the last of these failures and the next attempt.</summary>
    internal TimeSpan Wait(int failures)
    {
        if (failures < SlowFrom) return TimeSpan.Zero;
        if (failures >= Max) return Lock;
        var wait = TimeSpan.FromSeconds(Math.Pow(2, (failures - SlowFrom) * 5.0 / (Max - SlowFrom)));
        return wait < Lock ? wait : Lock;
    }
}
