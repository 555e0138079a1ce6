using System.Globalization;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>Times that a client says of a file's content.</summary>
static class FileTime
{
    // Storage has no earlier ones (Edm.DateTime), and with an offset neither end may be crossed.
    const int FirstYear = 1602;
    const int LastYear = 9998;

    /// <summary>Reads a time with its offset (RFC 3339); null and an empty text are none.</summary>
    /// <param name="text">The time.</param>
    /// <param name="field">The field that the error names.</param>
    /// <exception cref="Problem">400 <c>invalid_time</c>.</exception>
    public static DateTimeOffset? Read(string? text, string field)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var hasOffset = text is [.., 'Z'] or [.., '+' or '-', _, _, ':', _, _];
        return hasOffset
            && DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal, out var time)
            && time.Year is >= FirstYear and <= LastYear
            ? time : throw Problem.BadRequest("invalid_time",
                $"{field} must be a time with its offset, such as 2030-01-31T12:00:00Z, in the years {FirstYear} to {LastYear}.");
    }
}
