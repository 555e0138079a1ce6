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
    const int MaxSeconds = 60;
    const long MostPixels = 100_000_000;

    /// <summary>
    /// The most pixels of a picture. Decoded, each takes four bytes, and some libraries hold the whole picture once more; so of the
    /// instance's memory one decoded picture takes half at most.
    /// </summary>
    public static readonly long MaxPixels = Math.Min(MostPixels, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16);

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
          <policy domain="resource" name="memory" value="{MaxPixels * 6}"/>
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
}
