using ImageMagick;
using ImageMagick.Configuration;

namespace Latchkey.Files;

/// <summary>
/// The rules under which ImageMagick works in this process (its policy.xml). What is not on the list is off: every other coder, every
/// delegate (it would call ghostscript for a PDF), every path but its own temporary files, memory on disk.
/// </summary>
static class PicturePolicy
{
    /// <summary>The most bytes of a file that is read.</summary>
    public const long MaxFileBytes = 64 << 20;

    const int MaxSide = 32_000;
    const int MinSide = 4_096;
    const int MaxSeconds = 60;
    const long MostPixels = 100_000_000;
    const long MostPixelsOfSlow = 50_000_000;
    const int BytesOfPixel = 5; // Four channels and the index of a palette.

    /// <summary>
    /// The most pixels of a picture. Decoded, each takes four bytes, and some libraries hold the whole picture once more; so of the
    /// instance's memory one decoded picture takes half at most.
    /// </summary>
    public static readonly long MaxPixels = Math.Min(MostPixels, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16);

    // max-memory-request bounds what the resource "memory" does not: a tile of a TIFF, a plane of libheif, the coefficients of libjpeg.
    static readonly string Xml = FormattableString.Invariant($"""
        <?xml version="1.0" encoding="UTF-8"?>
        <policymap>
          <policy domain="delegate" rights="none" pattern="*"/>
          <policy domain="filter" rights="none" pattern="*"/>
          <policy domain="coder" rights="none" pattern="*"/>
          <policy domain="coder" rights="read|write" pattern="AVIF"/>
          <policy domain="coder" rights="read|write" pattern="BMP"/>
          <policy domain="coder" rights="read|write" pattern="GIF"/>
          <policy domain="coder" rights="read|write" pattern="HEIC"/>
          <policy domain="coder" rights="read|write" pattern="JPEG"/>
          <policy domain="coder" rights="read|write" pattern="PNG"/>
          <policy domain="coder" rights="read|write" pattern="TIFF"/>
          <policy domain="coder" rights="read|write" pattern="WEBP"/>
          <policy domain="path" rights="none" pattern="*"/>
          <policy domain="path" rights="read|write" pattern="*magick-*"/>
          <policy domain="resource" name="memory" value="{MaxPixels * BytesOfPixel}"/>
          <policy domain="system" name="max-memory-request" value="{MaxPixels * BytesOfPixel}"/>
          <policy domain="resource" name="map" value="0"/>
          <policy domain="resource" name="disk" value="0"/>
          <policy domain="resource" name="area" value="{MaxPixels * 2}"/>
          <policy domain="resource" name="width" value="{MaxSide}"/>
          <policy domain="resource" name="height" value="{MaxSide}"/>
          <policy domain="resource" name="list-length" value="8"/>
          <policy domain="resource" name="thread" value="1"/>
          <policy domain="resource" name="time" value="{MaxSeconds}"/>
        </policymap>
        """);

    /// <summary>Sets them, for the whole process. It comes before anything else of the library.</summary>
    /// <exception cref="DllNotFoundException">The platform has no library.</exception>
    public static void Apply()
    {
        var files = ConfigurationFiles.Default;
        files.Policy.Data = Xml;
        MagickNET.Initialize(files);
    }

    /// <summary>
    /// The most pixels of a picture. There are fewer where all of them are decoded before it can become smaller, and nothing ends that
    /// early: HEIC, AVIF, JPEG in several scans.
    /// </summary>
    public static long MaxPixelsOf(bool isSlow) => isSlow ? Math.Min(MostPixelsOfSlow, MaxPixels) : MaxPixels;

    /// <summary>
    /// Sets the sides that the next picture may have. Tiles of a TIFF and what libheif decodes may have others than the header says, so
    /// they get no more than the header asks for, or what does no harm. It holds for the whole process, so one picture is decoded at a
    /// time.
    /// </summary>
    public static void SetSides(uint width, uint height) =>
        (ResourceLimits.Width, ResourceLimits.Height) = (Math.Max(width, MinSide), Math.Max(height, MinSide));

    /// <summary>Lets headers have any sides that we ever read.</summary>
    public static void ResetSides() => (ResourceLimits.Width, ResourceLimits.Height) = (MaxSide, MaxSide);
}
