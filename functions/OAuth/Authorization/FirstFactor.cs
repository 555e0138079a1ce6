using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The first factor that a user has given, kept while the second is asked for.</summary>
/// <param name="UserId">The user.</param>
/// <param name="UserMark">The user's <see cref="UserState.Mark"/> then.</param>
/// <param name="Methods">By what, in the words of RFC 8176.</param>
/// <param name="At">When.</param>
public sealed record FirstFactor(string UserId, long UserMark, IReadOnlyList<string> Methods, DateTimeOffset At)
{
    /// <summary>True if the browser was new to the account when the first factor was given (<see cref="SeenBrowsers"/>).</summary>
    public bool NewBrowser { get; init; }

    /// <summary>For how long the second factor can be given.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>The same, of the user as read just now.</summary>
    public static FirstFactor Of(User user, IReadOnlyList<string> methods, DateTimeOffset now) =>
        new(user.Id, user.State.Mark, methods, now);

    /// <summary>What a pending request's row holds; null if nobody has given a first factor, or it was used up.</summary>
    internal static FirstFactor? Of(TableEntity row) => row.GetDateTimeOffset("FirstFactorAt") is { } at
        ? new FirstFactor(row.GetString("FirstFactorUser"), row.GetInt64("FirstFactorMark")!.Value,
            Columns.Split(row.GetString("FirstFactorMethods")), at)
        {
            NewBrowser = row.GetBoolean("FirstFactorNewBrowser") is true,
        } : null;

    /// <summary>The row with this first factor, or without one, to replace the one that was read.</summary>
    internal static TableEntity On(TableEntity row, FirstFactor? factor) => new(row)
    {
        ["FirstFactorUser"] = factor?.UserId,
        ["FirstFactorMark"] = factor?.UserMark,
        ["FirstFactorMethods"] = factor is null ? null : Columns.Join(factor.Methods),
        ["FirstFactorAt"] = factor?.At,
        ["FirstFactorNewBrowser"] = factor is { NewBrowser: true } ? true : null,
        ETag = row.ETag,
    };
}
