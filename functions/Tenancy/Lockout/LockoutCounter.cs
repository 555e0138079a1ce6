namespace Latchkey.Tenancy;

/// <summary>Something that attempts are counted under (SCHEMA.md, tables Attempts…), and how many of them may fail.</summary>
/// <param name="Partition">Its rows.</param>
/// <param name="Max">So many failures lock it.</param>
/// <param name="Lock">For so long after the last of them.</param>
public sealed record LockoutCounter(string Partition, int Max, TimeSpan Lock)
{
    /// <summary>From so many failures on the next attempt must wait: 1 s, then twice as long in even steps up to the lock.</summary>
    public int Slow { get; init; } = Math.Max(1, Max / 2);

    /// <summary>A good attempt takes the failures that it found away.</summary>
    public bool GoodClears { get; init; }

    /// <summary>Whose good attempts give room to others, or null if none does.</summary>
    public string? GoodOf { get; init; }

    /// <summary>How many more may fail for each of those who were good here.</summary>
    public int Room { get; init; }

    /// <summary>The same with room for so many who were good here.</summary>
    internal LockoutCounter For(int good) => this with { Max = Max + Room * good, Slow = Slow + Room * good };

    /// <summary>How long the next attempt must be away from the last of so many failures.</summary>
    internal TimeSpan Wait(int failures)
    {
        if (failures < Slow) return TimeSpan.Zero;
        if (failures >= Max) return Lock;
        var wait = TimeSpan.FromSeconds(Math.Pow(2, (failures - Slow) * 5.0 / (Max - Slow)));
        return wait < Lock ? wait : Lock;
    }
}
