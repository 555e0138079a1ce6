using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Latchkey.Http;

namespace Latchkey.Admin;

/// <summary>Paging of the administration's lists: <c>limit</c> (1 to 200, default 50) and an opaque <c>cursor</c>.</summary>
static class Paging
{
    const int Standard = 50;
    const int Max = 200;
    const int MaxCursorChars = 400;

    /// <summary>How many items to return.</summary>
    /// <exception cref="Problem">400 <c>invalid_limit</c>.</exception>
    public static int Limit(Query query) => query["limit"] is not { } text ? Standard
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= Max ? limit
        : throw Problem.BadRequest("invalid_limit", $"limit must be a whole number from 1 to {Max}.");

    /// <summary>The key after which the page starts, or null for the first page.</summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public static string? After(Query query)
    {
        if (query["cursor"] is not { } cursor) return null;
        if (cursor.Length > MaxCursorChars || !Base64Url.IsValid(cursor)) throw Invalid();
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return text.All(c => c is >= ' ' and <= '~') ? text : throw Invalid();
    }

    /// <summary>The cursor of the page after this key; null if there is none.</summary>
    public static string? Cursor(string? last) => last is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    /// <summary>400 <c>invalid_cursor</c>: the cursor did not come from this list.</summary>
    public static Problem Invalid() => Problem.BadRequest("invalid_cursor", "The cursor did not come from this list.");
}
