using System.Text.RegularExpressions;

namespace Latchkey.Languages;

/// <summary>Time zones by the names that people and directories give them.</summary>
public static partial class TimeZones
{
    const int MaxChars = 64;

    /// <summary>The zone of the IANA database with this name, or null.</summary>
    /// <param name="name">For example <c>Europe/Berlin</c>; anything else is no zone.</param>
    public static TimeZoneInfo? Find(string name) => IsPlausible(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
        && zone.HasIanaId ? zone : null;

    // .NET opens a file of this name, so the text must look like a name. Apart from UTC, a name without a slash (CET, EST) is not a place.
    static bool IsPlausible(string name) => name.Length <= MaxChars && ZoneName().IsMatch(name)
        && !name.StartsWith("posix/", StringComparison.Ordinal) && !name.StartsWith("right/", StringComparison.Ordinal);

    [GeneratedRegex("^(UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+){1,2})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneName();
}
