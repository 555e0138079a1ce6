namespace Latchkey.Tenancy;

/// <summary>
/// An attempt at a secret that has its place (<see cref="Lockout"/>). Say how it went; until then, and if nobody ever does,
/// it counts as a failure. Dispose of it in any case: others of this process wait for it.
/// </summary>
public sealed class LockoutAttempt : IDisposable
{
    internal LockoutAttempt(IEnumerable<Lockout.Place> places) => Places = [.. places];

    internal List<Lockout.Place> Places { get; }

    internal List<IDisposable> Turns { get; } = [];

    /// <summary>The secret was wrong.</summary>
    public Task Failed() => Task.WhenAll(Places.Select(place => place.Fail()));

    /// <summary>It was right: the place is given back, and so are those of earlier failures where that is so.</summary>
    public Task Good() => Task.WhenAll(Places.Select(place => place.Good()));

    /// <summary>Nothing was tried, or it says nothing: the place is given back and no other.</summary>
    public Task Withdraw() => Task.WhenAll(Places.Select(place => place.GiveBack()));

    /// <summary>Lets the next of this process try.</summary>
    public void Dispose()
    {
        foreach (var turn in Turns) turn.Dispose();
        Turns.Clear();
    }
}
