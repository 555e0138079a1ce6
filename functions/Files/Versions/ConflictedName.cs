using System.Globalization;

namespace Latchkey.Files;

/// <summary>
/// The name of a file that was to replace another: <c>name (conflicted copy 2026-11-26).ext</c>, then <c>… 2026-11-26 2).ext</c>.
/// </summary>
static class ConflictedName
{
    /// <summary>The beginning of all such names of a day.</summary>
    public static string Start(string name, DateTimeOffset now) => Parts(name, now).Start;

    /// <summary>The n-th name of a day, from 1.</summary>
    public static string Of(string name, DateTimeOffset now, int n)
    {
        var (start, extension) = Parts(name, now);
        return string.Create(CultureInfo.InvariantCulture, $"{start}{(n == 1 ? "" : $" {n}")}){extension}");
    }

    static (string Start, string Extension) Parts(string name, DateTimeOffset now)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $" (conflicted copy {now.UtcDateTime:yyyy-MM-dd}");
        var (stem, extension) = FileName.Parts(name, (mark + " 9999)").Length);
        return (stem + mark, extension);
    }
}
