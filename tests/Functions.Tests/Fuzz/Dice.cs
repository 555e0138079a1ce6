namespace Latchkey.Tests.Fuzz;

/// <summary>Numbers that look random and are the same for the same seed (SplitMix64): .NET's own may differ by version.</summary>
sealed class Dice(ulong seed)
{
    ulong state = seed;

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public int Next(int below)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)below);
    }

    /// <summary>True once in so many.</summary>
    public bool Once(int inSoMany) => Next(inSoMany) == 0;

    /// <summary>One of them.</summary>
    public T Of<T>(IReadOnlyList<T> many) => many[Next(many.Count)];
}
