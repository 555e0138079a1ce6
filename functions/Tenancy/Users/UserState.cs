namespace Latchkey.Tenancy;

/// <summary>
/// The part of a user's row that decides whether the user's sessions, tokens and browser sign-ins are valid, and to which groups the
/// user belongs by rule. As it is one row,
/// one write ends all of them, however many there are and even if the writer crashes right after.
/// </summary>
/// <param name="Disabled">The user can do nothing. Also true while the user is being deleted.</param>
/// <param name="Mark">
/// <see cref="User.SignedOutAt"/> in ticks, 0 for never. Everything that the user begins carries the mark of that time and has
/// ended once the user's mark is a different one. So neither differing clocks nor two writes in one tick matter.
/// </param>
/// <param name="Roles">The user's roles now.</param>
public sealed record UserState(bool Disabled, long Mark, IReadOnlyList<HeldRole> Roles)
{
    /// <summary>The apps that the user has removed, each with the time of the last removal in ticks, its mark.</summary>
    public IReadOnlyDictionary<string, long> RemovedApps { get; init; } = new Dictionary<string, long>();

    /// <summary>The user's attributes, which groups' rules look at (<see cref="User.Attributes"/>).</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The user's address if it is verified, or null.</summary>
    public string? VerifiedEmail { get; init; }

    /// <summary>The name that others see.</summary>
    public string Name { get; init; } = "";

    /// <summary>The mark that sessions of an app carry now; 0 if the user never removed the app.</summary>
    public long AppMark(string clientId) => RemovedApps.GetValueOrDefault(clientId);

    /// <summary>True if something of an app is still valid: the user has not removed the app since it began.</summary>
    /// <param name="clientId">The app.</param>
    /// <param name="mark">The mark that it carries; null means 0.</param>
    public bool KeepsApp(string clientId, long? mark) => AppMark(clientId) == (mark ?? 0);

    /// <summary>True if something that the user began is still valid.</summary>
    /// <param name="mark">The mark that it carries; null for a row older than marks.</param>
    /// <param name="begun">When it began, which decides if it carries no mark.</param>
    public bool Keeps(long? mark, DateTimeOffset begun) => !Disabled && (mark is { } carried ? carried == Mark : begun.UtcTicks > Mark);
}
