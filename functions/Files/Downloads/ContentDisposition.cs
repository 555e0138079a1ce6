namespace Latchkey.Files;

/// <summary>
/// The header that makes a browser save a download and not show it (RFC 6266): a file that is HTML or SVG must never
/// run as a page of the storage's origin.
/// </summary>
static class ContentDisposition
{
    /// <summary>Without a name.</summary>
    public const string Attachment = "attachment";

    /// <summary>
    /// With a name in both spellings: for everybody (RFC 8187, percent-encoded UTF-8), and an ASCII stand-in for what
    /// can't read that, in which what is not plain is <c>_</c>.
    /// </summary>
    public static string For(string name) =>
        $"attachment; filename=\"{string.Concat(name.EnumerateRunes().Select(Plain))}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";

    // A percent sign too: some browsers decode it in the plain spelling (RFC 6266 appendix D).
    static char Plain(System.Text.Rune rune) =>
        rune.IsAscii && rune.Value >= ' ' && rune.Value is not ('"' or '\\' or '%' or 0x7F) ? (char)rune.Value : '_';
}
