using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// Which former versions of a file stay, and until when: as many of the newest as the tenant keeps, for its days. So that nobody destroys
/// what a file was by replacing it a few times, the number does not count for two kinds: the first version that was replaced in an hour
/// stays for a day, and what somebody with only a share has taken from those who belong there stays for the days.
/// </summary>
static class KeptVersions
{
    static readonly TimeSpan FirstOfHourKept = TimeSpan.FromDays(1);

    /// <summary>Until when each version stays; null if it is to be purged.</summary>
    /// <param name="versions">The former versions, the newest first.</param>
    /// <param name="limits">The tenant's.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<(FileRecord Version, DateTimeOffset? Until)> Of(
        IReadOnlyList<FileRecord> versions, FileLimits limits, DateTimeOffset now)
    {
        var newer = 0;
        for (var n = 0; n < versions.Count; n++)
        {
            var version = versions[n];
            if (version.Status != FileStatus.Deleted)
            {
                yield return (version, null); // Its purge has begun.
                continue;
            }
            var isFirst = limits.Versions > 0 && (n + 1 == versions.Count || HourOf(versions[n + 1]) != HourOf(version));
            var end = newer++ < limits.Versions || version.Guarded ? version.PurgeAfter
                : isFirst ? version.DeletedAt + FirstOfHourKept : null;
            if (version.PurgeAfter < end) end = version.PurgeAfter;
            yield return (version, end > now ? end : null);
        }
    }

    static long? HourOf(FileRecord version) => version.DeletedAt?.UtcTicks / TimeSpan.TicksPerHour;
}
