namespace Latchkey.Tenancy;

/// <summary>
/// An attempt at a secret that has reserved its slots (<see cref="Lockout"/>). Report its outcome; until then, and if nobody
/// ever does, it counts as a failure. Dispose of it in any case: other attempts in this process wait for it.
/// </summary>
public sealed class LockoutAttempt : IDisposable
{
    internal LockoutAttempt()
    {
    }

    internal List<LockoutSlot> Slots { get; } = [];

    internal List<IDisposable> Entered { get; } = [];

    /// <summary>The secret was wrong: the attempt counts as a failure.</summary>
    public Task Failed() => Task.WhenAll(Slots.Select(slot => slot.Fail()));

    /// <summary>The secret was right: releases the slots and, where the counter says so, those of earlier failures.</summary>
    public Task Succeeded() => Task.WhenAll(Slots.Select(slot => slot.Succeed()));

    /// <summary>Nothing was tried, or the outcome says nothing about the secret: releases the slots.</summary>
    public Task Withdraw() => Task.WhenAll(Slots.Select(slot => slot.Release()));

    /// <summary>Lets the next attempt in this process proceed.</summary>
    public void Dispose()
    {
        foreach (var entered in Entered) entered.Dispose();
        Entered.Clear();
    }
}
