using System.Globalization;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>An upload that was larger than declared and never completed, so that nothing counted its bytes.</summary>
/// <param name="Uploader">Who had its URL (<see cref="UploaderOf"/>).</param>
/// <param name="FileId">The upload, which counts once.</param>
/// <param name="FoundAt">When it was found.</param>
public sealed record OversizedUpload(string Uploader, string FileId, DateTimeOffset FoundAt)
{
    /// <summary>How many of them somebody may have in a space within a day before they can begin no more.</summary>
    public const int Max = 10;

    const int MaxKept = 100;

    static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>How somebody is called here: kind and id.</summary>
    public static string UploaderOf(Owner owner) => $"{owner.Kind}:{owner.Id}";

    /// <summary>Refuses somebody who had too many.</summary>
    /// <exception cref="Problem">429 <c>too_many_oversized</c>, until the oldest is a day old.</exception>
    public static void EnsureFewerThanMax(IReadOnlyList<OversizedUpload> known, Owner who, DateTimeOffset now)
    {
        var (name, counted) = (UploaderOf(who), now - Memory);
        var theirs = known.Where(one => one.Uploader == name && one.FoundAt > counted).OrderByDescending(one => one.FoundAt).ToList();
        if (theirs.Count < Max) return;
        throw new Problem(429, "too_many_oversized", $"{Max} uploads of yours were larger than declared within a day.")
        {
            RetryAfter = Math.Max(1, (int)(theirs[Max - 1].FoundAt + Memory - now).TotalSeconds),
        };
    }

    /// <summary>With this one; those of other days go, and the oldest beyond a bound.</summary>
    public static IReadOnlyList<OversizedUpload> Add(IReadOnlyList<OversizedUpload> known, OversizedUpload found) => known.Any(one => one.FileId == found.FileId)
        ? known
        : [.. known.Where(one => one.FoundAt > found.FoundAt - Memory).Append(found).TakeLast(MaxKept)];

    /// <summary>As a column.</summary>
    public static string? Write(IReadOnlyList<OversizedUpload> known) => known.Count == 0 ? null : string.Join('\n', known.Select(one =>
        string.Create(CultureInfo.InvariantCulture, $"{one.Uploader} {one.FileId} {one.FoundAt.ToUnixTimeSeconds()}")));

    /// <summary>From a column.</summary>
    public static IReadOnlyList<OversizedUpload> Read(string? column) => column is null ? [] :
    [
        .. from line in column.Split('\n')
           let parts = line.Split(' ')
           select new OversizedUpload(string.Join(' ', parts[..^2]), parts[^2], DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[^1], CultureInfo.InvariantCulture))),
    ];
}
