using System.Globalization;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>An upload that was larger than declared and never completed, so no quota counted its bytes.</summary>
/// <param name="Uploader">Who had the upload URL (<see cref="UploaderOf"/>).</param>
/// <param name="FileId">The file. It counts once.</param>
/// <param name="FoundAt">When it was found.</param>
public sealed record OversizedUpload(string Uploader, string FileId, DateTimeOffset FoundAt)
{
    /// <summary>How many oversized uploads to a space somebody may have within a day before they can't begin another.</summary>
    public const int Max = 10;

    const int MaxKept = 100;

    static readonly TimeSpan Window = TimeSpan.FromDays(1);

    /// <summary>The uploader as text: kind and id.</summary>
    public static string UploaderOf(Owner owner) => owner.ToString();

    /// <summary>Refuses an uploader with too many oversized uploads.</summary>
    /// <exception cref="Problem">429 <c>too_many_oversized</c>, until the oldest of them is a day old.</exception>
    public static void EnsureFewerThanMax(IReadOnlyList<OversizedUpload> known, Owner who, DateTimeOffset now)
    {
        var (name, counted) = (UploaderOf(who), now - Window);
        var theirs = known.Where(one => one.Uploader == name && one.FoundAt > counted).OrderByDescending(one => one.FoundAt).ToList();
        if (theirs.Count < Max) return;
        throw new Problem(429, "too_many_oversized", $"Within a day, {Max} of your uploads were larger than declared.")
        {
            RetryAfter = Math.Max(1, (int)(theirs[Max - 1].FoundAt + Window - now).TotalSeconds),
        };
    }

    /// <summary>Adds one. Those older than a day are dropped, and the oldest if there are too many.</summary>
    public static IReadOnlyList<OversizedUpload> Add(IReadOnlyList<OversizedUpload> known, OversizedUpload found)
    {
        if (known.Any(one => one.FileId == found.FileId)) return known;
        return [.. known.Where(one => one.FoundAt > found.FoundAt - Window).Append(found).TakeLast(MaxKept)];
    }

    /// <summary>Writes them as a column.</summary>
    public static string? Write(IReadOnlyList<OversizedUpload> known) => known.Count == 0
        ? null
        : string.Join('\n', known.Select(one =>
            string.Create(CultureInfo.InvariantCulture, $"{one.Uploader} {one.FileId} {one.FoundAt.ToUnixTimeSeconds()}")));

    /// <summary>Reads them from a column.</summary>
    public static IReadOnlyList<OversizedUpload> Read(string? column) =>
        column is null ? [] : [.. column.Split('\n').Select(ReadLine)];

    // An uploader's id may hold spaces; the other two can't.
    static OversizedUpload ReadLine(string line)
    {
        var words = line.Split(' ');
        var seconds = long.Parse(words[^1], CultureInfo.InvariantCulture);
        return new(string.Join(' ', words[..^2]), words[^2], DateTimeOffset.FromUnixTimeSeconds(seconds));
    }
}
