using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>How long an upload may take. A file that is still pending a day later is swept (UploadSweepTimer).</summary>
static class UploadDeadline
{
    /// <summary>A day longer than storage keeps uncommitted blocks (Put Block: a week after the last one).</summary>
    static readonly TimeSpan MaxDuration = TimeSpan.FromDays(8);

    /// <summary>
    /// Shorter for files that people without an account hand in: what they begin takes space of somebody who can't see it. The largest
    /// takes 700 KB a second.
    /// </summary>
    static readonly TimeSpan HandInDuration = TimeSpan.FromHours(2);

    /// <summary>Shorter too for what somebody with only a share begins: it takes space of somebody else.</summary>
    static readonly TimeSpan ByShareDuration = TimeSpan.FromDays(1);

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
    public static DateTimeOffset Of(FileRecord file) => EarlyOf(file) ?? Of(file.CreatedAt);

    /// <summary>The same if it is earlier than that of other uploads, because others than those who belong there take the space; otherwise
    /// null.</summary>
    public static DateTimeOffset? EarlyOf(FileRecord file) => file.Request is not null ? file.CreatedAt + HandInDuration
        : file.ByShare ? file.CreatedAt + ByShareDuration : null;

    /// <summary>Until when an upload that began then accepts bytes.</summary>
    public static DateTimeOffset Of(DateTimeOffset begun) => begun + MaxDuration;

    /// <summary>410 <c>upload_expired</c>.</summary>
    public static Problem Expired() => new(410, "upload_expired", "The upload has expired. Begin a new one.");
}
