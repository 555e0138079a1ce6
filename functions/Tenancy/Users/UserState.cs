namespace Latchkey.Tenancy;

/// <summary>
/// The part of a user's row that decides whether the user's sessions, tokens and browser sign-ins are valid. As it is one row,
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
    /// <summary>True if something that the user began is still valid.</summary>
    /// <param name="mark">The mark that it carries; null for a row older than marks.</param>
    /// <param name="begun">When it began, which decides if it carries no mark.</param>
    public bool Keeps(long? mark, DateTimeOffset begun) => !Disabled && (mark is { } own ? own == Mark : begun.UtcTicks > Mark);
}
