using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Latchkey.Http;

/// <summary>How lists are paged: <c>limit</c> (1 to 200, 50 by default) and an opaque <c>cursor</c>, the last key in base64url.</summary>
public static class Paging
{
    const int DefaultLimit = 50;
    const int MaxLimit = 200;
    const int MaxCursorChars = 1000;

    /// <summary>How many items a page holds at most.</summary>
    /// <exception cref="Problem">400 <c>invalid_limit</c>.</exception>
    public static int Limit(Query query) => query["limit"] is not { } text ? DefaultLimit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? limit
        : throw Problem.BadRequest("invalid_limit", $"limit must be a whole number from 1 to {MaxLimit}.");

    /// <summary>The key after which the page begins, or null for the first page. The list has to check that the key is its own.</summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public static string? After(Query query)
    {
        if (query["cursor"] is not { } cursor) return null;
        if (cursor.Length > MaxCursorChars || !Base64Url.IsValid(cursor)) throw InvalidCursor();
        var key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return key.All(c => c is >= ' ' and <= '~') ? key : throw InvalidCursor();
    }

    /// <summary>The cursor of the next page, which begins after this key; null if there is no next page.</summary>
    public static string? Cursor(string? last) => last is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    /// <summary>The cursor of the page that begins after the first <paramref name="limit"/> items; null if there are no more.</summary>
    /// <param name="found">The items of this page and, if there is a next page, at least one more.</param>
    /// <param name="limit">How many items this page holds at most.</param>
    /// <param name="key">The key of an item.</param>
    public static string? Cursor<T>(IReadOnlyList<T> found, int limit, Func<T, string> key) =>
        Cursor(found.Count > limit ? key(found[limit - 1]) : null);

    /// <summary>400 <c>invalid_cursor</c>.</summary>
    public static Problem InvalidCursor() => Problem.BadRequest("invalid_cursor", "The cursor did not come from this list.");
}
