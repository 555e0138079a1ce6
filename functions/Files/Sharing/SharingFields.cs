using System.Globalization;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The fields that shares, links and requests for files have in common.</summary>
static class SharingFields
{
    /// <summary>The most characters of a password.</summary>
    public const int MaxPasswordChars = 256;

    const int MaxTitleChars = 200;
    const int MaxYears = 10;

    /// <summary>A time in the future as an example says it.</summary>
    public const string Example = "2030-01-31T12:00:00Z";

    /// <summary>What a time must be until which something is shared.</summary>
    public static string EndRule => $"must be within the next {MaxYears} years, such as {Example}";

    /// <summary>A title.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public static string Title(string text) => text.Trim() is var title && title.Length <= MaxTitleChars && FieldRules.IsDisplayText(title)
        ? title : throw Problem.InvalidField("title", $"must have 1 to {MaxTitleChars} characters that people can read");

    /// <summary>True if the text can be a password.</summary>
    public static bool IsPassword(string text) => text.Length is > 0 and <= MaxPasswordChars && PasswordHashing.IsTypable(text);

    /// <summary>A password, or null for none.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c></exception>
    public static string? Password(string? text) => text is null || IsPassword(text) ? text
        : throw Problem.InvalidField("password", $"must have 1 to {MaxPasswordChars} characters, and not U+0000");

    /// <summary>The time (RFC 3339) until which something is shared; null if the text is none of the next years.</summary>
    public static DateTimeOffset? TryEnd(string text, DateTimeOffset now) => TryTime(text, now, now.AddYears(MaxYears));

    /// <summary>A time (RFC 3339) in the future, up to <paramref name="most"/>; null if the text is none.</summary>
    public static DateTimeOffset? TryTime(string text, DateTimeOffset now, DateTimeOffset most) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time > now && time <= most ? time : null;
}
