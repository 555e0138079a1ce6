using System.Collections.Frozen;
using ImageMagick;

namespace Latchkey.Files;

/// <summary>A rendition of a picture.</summary>
/// <param name="Size">One of <see cref="Thumbnails.Sizes"/>.</param>
/// <param name="Bytes">WebP.</param>
public sealed record Rendition(int Size, byte[] Bytes);

/// <summary>
/// Decodes pictures and makes their renditions, with Magick.NET under <see cref="PicturePolicy"/>. The bytes are anybody's: the decoder is
/// the one of the type that we recognized, never one that the library guesses, and the header is looked at before any pixel is decoded.
/// </summary>
static class PictureReader
{
    const int Quality = 80;
    const int HeadBytes = 64 * 1024;

    /// <summary>The types that are read.</summary>
    public static readonly FrozenDictionary<string, MagickFormat> Formats = new Dictionary<string, MagickFormat>
    {
        ["image/avif"] = MagickFormat.Avif,
        ["image/bmp"] = MagickFormat.Bmp,
        ["image/gif"] = MagickFormat.Gif,
        ["image/heic"] = MagickFormat.Heic,
        ["image/heif"] = MagickFormat.Heic,
        ["image/jpeg"] = MagickFormat.Jpeg,
        ["image/png"] = MagickFormat.Png,
        ["image/tiff"] = MagickFormat.Tiff,
        ["image/webp"] = MagickFormat.WebP,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly Lock turn = new(); // The limits are the process's.
    static readonly Lazy<Exception?> missing = new(FindMissing);

    /// <summary>Why the library can't be used on this platform, or null. The first call loads it.</summary>
    public static Exception? Missing => missing.Value;

    /// <summary>Makes the renditions: upright, in sRGB, without metadata, of an animation the first frame; the smallest first.</summary>
    /// <exception cref="NoRenditionException">There can be none, whoever asks again.</exception>
    public static IReadOnlyList<Rendition> Make(byte[] bytes)
    {
        if (ContentSniffer.Sniff(bytes.AsSpan(0, Math.Min(bytes.Length, HeadBytes))) is not { } found
            || !Formats.TryGetValue(found.Type, out var format)) throw new NoRenditionException(NoRenditionException.NotAPicture);
        try
        {
            lock (turn) return Make(bytes, format);
        }
        catch (Exception limit) when (limit is MagickResourceLimitErrorException or MagickCacheErrorException)
        {
            throw new NoRenditionException(NoRenditionException.TooLarge, limit);
        }
        catch (MagickException broken)
        {
            throw new NoRenditionException(NoRenditionException.Unreadable, broken);
        }
    }

    static List<Rendition> Make(byte[] bytes, MagickFormat format)
    {
        var settings = new MagickReadSettings { Format = format, FrameIndex = 0, FrameCount = 1 };
        var header = new MagickImageInfo();
        PicturePolicy.ResetSides();
        header.Read(bytes, settings);
        var scans = format == MagickFormat.Jpeg ? JpegScans.Count(bytes) : 1;
        var isSlow = scans > 1 || format is MagickFormat.Heic or MagickFormat.Avif;
        if (scans > JpegScans.Max || (long)header.Width * header.Height > PicturePolicy.MaxPixelsOf(isSlow))
            throw new NoRenditionException(NoRenditionException.TooLarge);
        PicturePolicy.SetSides(header.Width, header.Height);
        var longer = Math.Max(header.Width, header.Height);
        var largest = Thumbnails.Sizes.FirstOrDefault(size => size >= longer, Thumbnails.Sizes[^1]);
        // JPEG is decoded smaller at once, down to an eighth of its size. Of a small one the library would decode more than there is.
        if (longer > largest) settings.SetDefine(MagickFormat.Jpeg, "size", FormattableString.Invariant($"{largest}x{largest}"));
        using var picture = new MagickImage(bytes, settings);
        picture.ResetPage();
        Shrink(picture, largest);
        picture.AutoOrient();
        ToScreenColors(picture);
        picture.Strip();
        picture.Quality = Quality;
        var made = new List<Rendition>();
        foreach (var size in Thumbnails.Sizes.Where(size => size <= largest).OrderDescending())
        {
            Shrink(picture, size);
            made.Insert(0, new(size, picture.ToByteArray(MagickFormat.WebP)));
        }
        return made;
    }

    static void Shrink(MagickImage picture, int size)
    {
        if (Math.Max(picture.Width, picture.Height) > size) picture.Thumbnail((uint)size, (uint)size);
    }

    static void ToScreenColors(MagickImage picture)
    {
        try
        {
            picture.TransformColorSpace(ColorProfiles.SRGB); // Nothing happens without a profile.
        }
        catch (MagickException)
        {
            // A profile that can't be read is none.
        }
        if (picture.ColorSpace is not (ColorSpace.sRGB or ColorSpace.Gray)) picture.ColorSpace = ColorSpace.sRGB;
    }

    static Exception? FindMissing()
    {
        try
        {
            PicturePolicy.Apply();
            return null;
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException or TypeInitializationException)
        {
            return fault;
        }
    }
}
