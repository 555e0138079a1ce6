namespace Latchkey.Files;

/// <summary>What was made of a picture to look at it (SCHEMA.md, table Files), or why nothing was.</summary>
/// <param name="Sizes">The sizes that were made (<see cref="Thumbnails.Sizes"/>), the smallest first; empty if there are none.</param>
/// <param name="Bytes">The bytes of all of them, which the space's usage counts.</param>
/// <param name="Refusal">Why there are none (<see cref="NoRenditionException.Reason"/>), or null.</param>
/// <param name="At">When that was found.</param>
public sealed record RenditionSet(IReadOnlyList<int> Sizes, long Bytes, string? Refusal, DateTimeOffset At)
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromDays(1);

    /// <summary>The most pixels that could be read then (<see cref="PicturePolicy.MaxPixels"/>), if there were too many; or null.</summary>
    public long? Limit { get; init; }

    /// <summary>
    /// True if it is worth another try: what kept them from being made may have gone, and a day is over; or instances have more memory now.
    /// </summary>
    public bool IsStale(DateTimeOffset now) =>
        (Refusal is NoRenditionException.Failed or NoRenditionException.QuotaExceeded && now - At >= RetryAfter)
        || (Refusal is NoRenditionException.TooLarge && Limit < PicturePolicy.MaxPixels);

    /// <summary>The size to show where this one is asked for: itself, or the picture as large as it is.</summary>
    public int Nearest(int size) => Sizes.Contains(size) ? size : Sizes[^1];
}

/// <summary>There is no rendition of a file.</summary>
/// <param name="reason">One of the constants.</param>
/// <param name="cause">What the library said.</param>
public sealed class NoRenditionException(string reason, Exception? cause = null) : Exception($"There is no rendition: {reason}.", cause)
{
    /// <summary>The file is too large, or has too many pixels.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The bytes can't be read as a picture of their type.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The file is no picture, or of a type that is not read.</summary>
    public const string NotAPicture = "not_a_picture";

    /// <summary>The space has no room for the renditions; tried again after a day.</summary>
    public const string QuotaExceeded = "quota_exceeded";

    /// <summary>Every try ended early, perhaps with the process; tried again after a day.</summary>
    public const string Failed = "failed";

    /// <summary>The deployment's platform has no library for pictures.</summary>
    public const string NotAvailable = "not_available";

    /// <summary>Why.</summary>
    public string Reason => reason;
}
