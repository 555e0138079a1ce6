namespace Latchkey.Files;

/// <summary>Which files get renditions, and which.</summary>
static class Thumbnails
{
    /// <summary>The media type of every rendition.</summary>
    public const string ContentType = "image/webp";

    /// <summary>The pixels of the longer side: for a list, for a grid, and to look at. A picture is never enlarged.</summary>
    public static readonly IReadOnlyList<int> Sizes = [128, 512, 2048];

    /// <summary>True if a file of this type may have them.</summary>
    public static bool Has(string contentType) => PictureReader.Formats.ContainsKey(ContentTypeCheck.Essence(contentType));

    /// <summary>True if the renditions of a file are still to be made.</summary>
    public static bool AreDue(FileRecord file, DateTimeOffset now) =>
        Has(file.ContentType) && (file.Renditions is null || file.Renditions.IsStale(now));

    /// <summary>The blob of a rendition. As of all blobs of a file, its name begins with the id of the version.</summary>
    public static string BlobName(string content, int size) => FormattableString.Invariant($"{content}.{size}");
}
