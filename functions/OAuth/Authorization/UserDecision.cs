using Azure.Data.Tables;

namespace Latchkey.OAuth;

/// <summary>What a user decided about a request. It is set once; a second click finds it and gets the same response.</summary>
/// <param name="UserId">The user; null if nobody was signed in.</param>
/// <param name="SessionId">The session that was granted; null if the request was denied.</param>
/// <param name="At">When the user decided.</param>
public sealed record UserDecision(string? UserId, string? SessionId, DateTimeOffset At)
{
    /// <summary>The decision that a request's row holds; null if the user has not decided.</summary>
    internal static UserDecision? Of(TableEntity row) => row.GetDateTimeOffset("AnsweredAt") is { } at
        ? new UserDecision(row.GetString("UserId"), row.GetString("SessionId"), at) : null;

    /// <summary>The row with this decision, to replace the one that was read.</summary>
    internal TableEntity On(TableEntity row) => new(row)
    {
        ["AnsweredAt"] = At,
        ["UserId"] = UserId,
        ["SessionId"] = SessionId,
        ETag = row.ETag,
    };
}
