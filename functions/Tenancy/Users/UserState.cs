namespace Latchkey.Tenancy;

/// <summary>
/// What of a user's row decides about all that the user has begun: sessions, their tokens, browser sign-ins. It is one
/// row, so one write ends everything, however much there is and whatever becomes of the writer.
/// </summary>
/// <param name="Disabled">The user can do nothing; also while the user is being deleted.</param>
/// <param name="Mark">
/// <see cref="User.SignedOutAt"/> in ticks, 0 for never. What the user begins bears the mark of its time: it has ended
/// once the mark is another. Two clocks that differ, or two writes in one tick, change nothing about that.
/// </param>
/// <param name="Roles">The roles that the user has now.</param>
public sealed record UserState(bool Disabled, long Mark, IReadOnlyList<HeldRole> Roles)
{
    /// <summary>The apps that the user has removed, each with the mark of when that was last, in ticks.</summary>
    public IReadOnlyDictionary<string, long> RemovedApps { get; init; } = new Dictionary<string, long>();

    /// <summary>The mark that what an app begins for the user bears; 0 if the user never removed the app.</summary>
    public long AppMark(string clientId) => RemovedApps.GetValueOrDefault(clientId);

    /// <summary>True if what bears this app's mark goes on: the user has not removed the app since it began.</summary>
    /// <param name="clientId">The app.</param>
    /// <param name="mark">The mark that it bears; null is 0.</param>
    public bool KeepsApp(string clientId, long? mark) => AppMark(clientId) == (mark ?? 0);

    /// <summary>True if what bears this mark goes on.</summary>
    /// <param name="mark">The mark that it bears; null for a row from before there were marks.</param>
    /// <param name="begun">When it began, which decides if it bears none.</param>
    public bool Keeps(long? mark, DateTimeOffset begun) => !Disabled && (mark is { } own ? own == Mark : begun.UtcTicks > Mark);
}
