namespace Latchkey.Files;

/// <summary>
/// The location in XMP (ISO 16684-1): properties whose names begin with GPS, of whatever schema. They are attributes or elements of RDF,
/// and
/// are overwritten with spaces, which mean nothing there.
/// </summary>
static class XmpLocation
{
    const int MaxChars = 1024; // Of one property.

    /// <summary>Erases it.</summary>
    public static Erasure Erase(Span<byte> bytes)
    {
        var found = Erasure.None;
        for (var from = 0; bytes[from..].IndexOf("<rdf:RDF"u8) is >= 0 and var start;)
        {
            var packet = bytes[(from + start)..];
            var length = packet.IndexOf("</rdf:RDF>"u8);
            if (length < 0) length = packet.Length; // It ends elsewhere: all that follows belongs to it.
            found = LocationEraser.Worse(found, EraseIn(packet[..length]));
            if (found == Erasure.Impossible) break;
            from += start + length;
        }
        return found;
    }

    static Erasure EraseIn(Span<byte> packet)
    {
        var found = Erasure.None;
        for (var from = 0; NextName(packet[from..]) is >= 0 and var colon;)
        {
            var at = from + colon;
            var start = at;
            while (start > 0 && IsNameChar(packet[start - 1])) start--;
            var before = start > 0 ? packet[start - 1] : (byte)0;
            var end = before == '<' ? EndOfElement(packet, start) : IsSpace(before) ? EndOfAttribute(packet, start) : -1;
            if (end < 0) return Erasure.Impossible;
            packet[(before == '<' ? start - 1 : start)..end].Fill((byte)' ');
            (found, from) = (Erasure.Done, end);
        }
        return found;
    }

    // A colon with GPS behind it, in any case: DJI writes GpsLatitude.
    static int NextName(ReadOnlySpan<byte> text)
    {
        for (var from = 0; text[from..].IndexOf((byte)':') is >= 0 and var colon; from += colon + 1)
        {
            var name = text[(from + colon + 1)..];
            if (name.Length >= 3 && (name[0] | 0x20) == 'g' && (name[1] | 0x20) == 'p' && (name[2] | 0x20) == 's') return from + colon;
        }
        return -1;
    }

    static int EndOfAttribute(ReadOnlySpan<byte> packet, int start)
    {
        var at = start;
        while (at < packet.Length && (IsNameChar(packet[at]) || packet[at] == ':')) at++;
        while (at < packet.Length && IsSpace(packet[at])) at++;
        if (at >= packet.Length || packet[at] != '=') return -1;
        at++;
        while (at < packet.Length && IsSpace(packet[at])) at++;
        if (at >= packet.Length || packet[at] is not ((byte)'"' or (byte)'\'')) return -1;
        var quote = packet[at++];
        var length = packet[at..].IndexOf(quote);
        return length is >= 0 and < MaxChars && IsText(packet.Slice(at, length)) ? at + length + 1 : -1;
    }

    static int EndOfElement(ReadOnlySpan<byte> packet, int start)
    {
        var nameEnd = start;
        while (nameEnd < packet.Length && (IsNameChar(packet[nameEnd]) || packet[nameEnd] == ':')) nameEnd++;
        var open = packet[start..].IndexOf((byte)'>');
        if (open is < 0 or > MaxChars) return -1;
        if (packet[start + open - 1] == '/') return IsText(packet.Slice(start, open)) ? start + open + 1 : -1;
        Span<byte> closing = [(byte)'<', (byte)'/', .. packet[start..nameEnd]];
        var close = packet[start..].IndexOf(closing);
        if (close is < 0 or > MaxChars) return -1;
        var last = packet[(start + close)..].IndexOf((byte)'>');
        return last >= 0 && IsText(packet.Slice(start, close + last)) ? start + close + last + 1 : -1;
    }

    // Not the bytes between two parts of a packet that is too long for a segment.
    static bool IsText(ReadOnlySpan<byte> text)
    {
        foreach (var one in text)
        {
            if (one is < 0x20 and not (0x09 or 0x0A or 0x0D) or >= 0xF8) return false;
        }
        return true;
    }

    static bool IsNameChar(byte one) => char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'_' or (byte)'.';

    static bool IsSpace(byte one) => one is 0x20 or 0x09 or 0x0A or 0x0D;
}
