using System.Text;

namespace Latchkey.Files;

/// <summary>What the sniffer recognized.</summary>
/// <param name="Type">The media type, by its canonical name.</param>
/// <param name="AlsoPossible">Other types that such bytes may have.</param>
/// <param name="IsContainer">True if files of many types begin like this, more than a table can list.</param>
sealed record SniffedContent(string Type, IReadOnlyList<string> AlsoPossible, bool IsContainer = false)
{
    /// <summary>True if a file of the declared type may begin like this.</summary>
    public bool MayBe(string declared) =>
        MediaNames.IsKindOf(declared, Type) || AlsoPossible.Any(other => MediaNames.IsKindOf(declared, other));
}

/// <summary>
/// Recognizes the type of a file by its first bytes (<see cref="FileSignatures"/>). Signatures that are too short or too common to be
/// certain are not used.
/// </summary>
static class ContentSniffer
{
    /// <summary>The type of the bytes, or null if it is not certain.</summary>
    /// <param name="head">The first 64 KiB of the file, or all of it.</param>
    public static SniffedContent? Sniff(ReadOnlySpan<byte> head)
    {
        var found = Recognize(head);
        if (found is null) return null;
        // "MAC address", "FWS 2024": such a text only happens to begin like a type that is never text.
        var isTextual = MediaNames.IsKindOf(found.Type, "text/plain") || found.Type is "image/svg+xml" or "application/pdf";
        return isTextual || !Markup.IsText(head) ? found : null;
    }

    static SniffedContent? Recognize(ReadOnlySpan<byte> head)
    {
        foreach (var signature in FileSignatures.All) // Before scripts, because two audio formats begin with "#!".
        {
            var isMatch = head.Length >= signature.Offset + signature.Pattern.Length
                && head[signature.Offset..].StartsWith(signature.Pattern);
            if (!isMatch) continue;
            var alsoPossible = FileSignatures.Ambiguous.GetValueOrDefault(signature.Type) ?? [];
            return new(signature.Type, alsoPossible, signature.IsContainer);
        }
        if (head.StartsWith("#!SILK"u8) || head.StartsWith("#!EVS"u8)) return null;
        return Markup.Of(head) ?? Programs.Of(head) ?? Riff(head) ?? IsoMedia.Of(head) ?? Bitmap(head) ?? Matroska(head) ?? Ogg(head)
            ?? TransportStream(head) ?? Mp3.Of(head);
    }

    static SniffedContent? Riff(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12) return null;
        var (start, form) = (Encoding.Latin1.GetString(head[..4]), Encoding.Latin1.GetString(head[8..12]));
        if (start is not ("RIFF" or "RIFX" or "RF64" or "BW64" or "FORM")) return null;
        return form switch
        {
            "WEBP" => new("image/webp", []),
            "WAVE" => new("audio/wav", []),
            "AVI " => new("video/x-msvideo", []),
            "RMID" => new("audio/midi", []),
            "AIFF" or "AIFC" => new("audio/aiff", []),
            _ => null,
        };
    }

    // A bitmap has the size of one of a few headers at 14. An icon has the number of its pictures at 4.
    static SniffedContent? Bitmap(ReadOnlySpan<byte> head)
    {
        var isBitmap = head.Length >= 26
            && head.StartsWith("BM"u8)
            && head[14] is 12 or 16 or 40 or 52 or 56 or 64 or 108 or 124
            && head[15..18].IndexOfAnyExcept((byte)0) < 0;
        if (isBitmap) return new("image/bmp", []);
        var isIcon = head.Length >= 22
            && head.StartsWith(new byte[] { 0, 0, 1, 0 })
            && head[4] is > 0 and < 64
            && head[5] == 0
            && head[9] == 0
            && head[10] is 0 or 1;
        return isIcon ? new("image/x-icon", []) : null;
    }

    // EBML (RFC 8794 §11.2.4): the element DocType is one of the first.
    static SniffedContent? Matroska(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith(new byte[] { 0x1A, 0x45, 0xDF, 0xA3 })) return null;
        var start = head[..Math.Min(head.Length, 128)];
        if (start.IndexOf("webm"u8) >= 0) return new("video/webm", [], true);
        return new("video/matroska", start.IndexOf("matroska"u8) >= 0 ? [] : ["video/webm"], true);
    }

    static SniffedContent? Ogg(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("OggS\0"u8) && !(head.Length == 4 && head.StartsWith("OggS"u8))) return null;
        var isVideo = head[..Math.Min(head.Length, 256)].IndexOf("theora"u8) >= 0;
        return new(isVideo ? "video/ogg" : "audio/ogg", [], true);
    }

    // ISO/IEC 13818-1 §2.4.3.2: a packet of 188 bytes starts with 0x47. On discs, four bytes precede it.
    static SniffedContent? TransportStream(ReadOnlySpan<byte> head)
    {
        foreach (var (first, size) in ((int, int)[])[(0, 188), (4, 192)])
        {
            var packets = 0;
            for (var at = first; at < head.Length && packets < 5 && head[at] == 0x47; at += size) packets++;
            if (packets == 5) return new("video/mp2t", []);
        }
        return null;
    }
}
