using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>How long an upload may take. What is still pending a day after it is swept away (SweepUploads).</summary>
static class UploadDeadline
{
    /// <summary>A day more than storage keeps uncommitted blocks (Put Block: a week after the last one).</summary>
    static readonly TimeSpan MaxDuration = TimeSpan.FromDays(8);

    /// <summary>The longest life of an upload URL.</summary>
    public static readonly TimeSpan MaxUrlLifetime = TimeSpan.FromHours(24);

    // Bytes a second that a slow line on the road sends.
    const long MinBytesPerSecond = 64 << 10;

    /// <summary>
    /// How long the URL for a file of this size lives: as long as 64 KiB a second need, at least so long, a day at most.
    /// </summary>
    public static TimeSpan UrlLifetime(long size, TimeSpan atLeast)
    {
        var needed = TimeSpan.FromSeconds(size / MinBytesPerSecond);
        return needed < atLeast ? atLeast : needed > MaxUrlLifetime ? MaxUrlLifetime : needed;
    }

    /// <summary>Until when bytes are taken. Nothing issued for the upload outlives it.</summary>
    public static DateTimeOffset Of(FileRecord file) => Of(file.CreatedAt);

    /// <summary>Until when the bytes of an upload that began then are taken.</summary>
    public static DateTimeOffset Of(DateTimeOffset begun) => begun + MaxDuration;

    /// <summary>410: begin again.</summary>
    public static Problem Expired() => new(410, "upload_expired", "The time for this upload is over: begin again.");
}
