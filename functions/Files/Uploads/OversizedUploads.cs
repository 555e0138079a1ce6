using System.Globalization;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>An upload that was larger than declared and never completed, so that nothing counted its bytes.</summary>
/// <param name="By">Who had its URL (<see cref="Name"/>).</param>
/// <param name="FileId">The upload, which counts once.</param>
/// <param name="At">When it was found.</param>
public sealed record OversizedUploads(string By, string FileId, DateTimeOffset At)
{
    /// <summary>How many of them somebody may have in a space within a day before they can begin no more.</summary>
    public const int Max = 10;

    const int MaxKept = 100;

    static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>How somebody is called here: kind and id.</summary>
    public static string Name(Owner owner) => $"{owner.Kind}:{owner.Id}";

    /// <summary>Refuses somebody who had too many.</summary>
    /// <exception cref="Problem">429 <c>too_many_oversized</c>, until the oldest is a day old.</exception>
    public static void Check(IReadOnlyList<OversizedUploads> known, Owner who, DateTimeOffset now)
    {
        var (name, counted) = (Name(who), now - Memory);
        var theirs = known.Where(one => one.By == name && one.At > counted).OrderByDescending(one => one.At).ToList();
        if (theirs.Count < Max) return;
        throw new Problem(429, "too_many_oversized", $"{Max} uploads of yours were larger than declared within a day.")
        {
            RetryAfter = Math.Max(1, (int)(theirs[Max - 1].At + Memory - now).TotalSeconds),
        };
    }

    /// <summary>With this one; those of other days go, and the oldest beyond a bound.</summary>
    public static IReadOnlyList<OversizedUploads> Add(IReadOnlyList<OversizedUploads> known, OversizedUploads found) => known.Any(one => one.FileId == found.FileId)
        ? known
        : [.. known.Where(one => one.At > found.At - Memory).Append(found).TakeLast(MaxKept)];

    /// <summary>As a column.</summary>
    public static string? Write(IReadOnlyList<OversizedUploads> known) => known.Count == 0 ? null : string.Join('\n', known.Select(one =>
        string.Create(CultureInfo.InvariantCulture, $"{one.By} {one.FileId} {one.At.ToUnixTimeSeconds()}")));

    /// <summary>From a column.</summary>
    public static IReadOnlyList<OversizedUploads> Read(string? column) => column is null ? [] :
    [
        .. from line in column.Split('\n')
           let parts = line.Split(' ')
           select new OversizedUploads(string.Join(' ', parts[..^2]), parts[^2], DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[^1], CultureInfo.InvariantCulture))),
    ];
}
