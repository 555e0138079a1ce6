using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>How long an upload may take. A file that is still pending a day later is swept (UploadSweepTimer).</summary>
static class UploadDeadline
{
    /// <summary>A day longer than storage keeps uncommitted blocks (Put Block: a week after the last one).</summary>
    static readonly TimeSpan MaxDuration = TimeSpan.FromDays(8);

    /// <summary>The longest life of an upload URL.</summary>
    public static readonly TimeSpan MaxUrlLifetime = TimeSpan.FromHours(24);

    // The speed of a slow mobile connection.
    const long MinBytesPerSecond = 64 << 10;

    /// <summary>
    /// How long the URL for a file of this size lives: as long as the upload takes at 64 KiB a second, but at least
    /// <paramref name="atLeast"/> and at most a day.
    /// </summary>
    public static TimeSpan UrlLifetime(long size, TimeSpan atLeast)
    {
        var needed = TimeSpan.FromSeconds(size / MinBytesPerSecond);
        return needed < atLeast ? atLeast : needed > MaxUrlLifetime ? MaxUrlLifetime : needed;
    }

    /// <summary>Until when the upload accepts bytes. Nothing issued for it outlives this.</summary>
    public static DateTimeOffset Of(FileRecord file) => Of(file.CreatedAt);

    /// <summary>Until when an upload that began then accepts bytes.</summary>
    public static DateTimeOffset Of(DateTimeOffset begun) => begun + MaxDuration;

    /// <summary>410 <c>upload_expired</c>.</summary>
    public static Problem Expired() => new(410, "upload_expired", "The upload has expired. Begin a new one.");
}
