namespace Latchkey.Files;

/// <summary>
/// The header that makes a browser save a download, or show it (RFC 6266). A file with HTML or SVG must never run as a page of
/// storage's origin, so only what <see cref="DisplayTypes"/> has is shown.
/// </summary>
static class ContentDisposition
{
    /// <summary>The header without a file name.</summary>
    public const string Attachment = "attachment";

    /// <summary>Shows the file instead of saving it.</summary>
    public const string Inline = "inline";

    /// <summary>
    /// The header with the file name in two forms: percent-encoded UTF-8 (RFC 8187), and for older clients ASCII, in which every other
    /// character is <c>_</c>.
    /// </summary>
    public static string For(string name, string type = Attachment) =>
        $"{type}; filename=\"{string.Concat(name.EnumerateRunes().Select(Plain))}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";

    // The percent sign is replaced too, because some browsers decode it in the ASCII form (RFC 6266 appendix D).
    static char Plain(System.Text.Rune rune) =>
        rune.IsAscii && rune.Value >= ' ' && rune.Value is not ('"' or '\\' or '%' or 0x7F) ? (char)rune.Value : '_';
}
