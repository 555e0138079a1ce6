using System.Globalization;
using System.Text;

namespace Latchkey.Files;

/// <summary>The name of a file that was to replace another: <c>name (conflicted copy 2026-11-26).ext</c>, then <c>… 2026-11-26
/// 2).ext</c>.</summary>
static class ConflictedName
{
    const int MaxChars = 255;
    const int MaxExtensionChars = 20;

    /// <summary>The beginning of all such names of a day.</summary>
    public static string Start(string name, DateTimeOffset now) => Stem(name, Mark(now) + " 9999)") + Mark(now);

    /// <summary>The n-th name of a day, from 1.</summary>
    public static string Of(string name, DateTimeOffset now, int n) => string.Create(
        CultureInfo.InvariantCulture, $"{Start(name, now)}{(n == 1 ? "" : $" {n}")}){Extension(name)}");

    static string Mark(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $" (conflicted copy {now.UtcDateTime:yyyy-MM-dd}");

    // As much of the name as fits, in whole characters.
    static string Stem(string name, string behind)
    {
        var extension = Extension(name);
        var (stem, left) = (new StringBuilder(), MaxChars - extension.Length - behind.Length);
        foreach (var rune in name[..^extension.Length].EnumerateRunes())
        {
            if (stem.Length + rune.Utf16SequenceLength > left) break;
            stem.Append(rune);
        }
        return stem.ToString();
    }

    static string Extension(string name) =>
        name.LastIndexOf('.') is > 0 and var dot && name.Length - dot <= MaxExtensionChars ? name[dot..] : "";
}
