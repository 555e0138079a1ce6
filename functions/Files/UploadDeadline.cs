using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>How long an upload may take. What is still pending a day after it is swept away (SweepUploads).</summary>
static class UploadDeadline
{
    /// <summary>A day more than storage keeps uncommitted blocks (Put Block: a week after the last one).</summary>
    static readonly TimeSpan Time = TimeSpan.FromDays(8);

    /// <summary>Until when bytes are taken. Nothing issued for the upload outlives it.</summary>
    public static DateTimeOffset Of(FileRecord file) => Of(file.CreatedAt);

    /// <summary>Until when the bytes of an upload that began then are taken.</summary>
    public static DateTimeOffset Of(DateTimeOffset begun) => begun + Time;

    /// <summary>410: begin again.</summary>
    public static Problem Passed() => new(410, "upload_expired", "The time for this upload is over: begin again.");
}
