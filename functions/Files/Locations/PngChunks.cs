using System.Buffers.Binary;
using System.IO.Hashing;

namespace Latchkey.Files;

/// <summary>
/// The chunks of a PNG (W3C PNG §5.3), of which each has a CRC. Pixels are not looked at. Metadata that is packed, which therefore can't be
/// changed in place, is overwritten as a whole and becomes a chunk that no program knows.
/// </summary>
static class PngChunks
{
    const int Frame = 12;

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>True if the bytes are a PNG.</summary>
    public static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Signature);

    /// <summary>Erases the location.</summary>
    public static Erasure Erase(Span<byte> png, ErasureBudget budget)
    {
        var found = Erasure.None;
        var at = Signature.Length;
        for (var isOver = false; !isOver && at + Frame <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
            if (length > png.Length - at - Frame) return Erasure.Impossible;
            var chunk = png.Slice(at + 4, (int)length + 4);
            isOver = chunk.StartsWith("IEND"u8);
            var inIt = EraseChunk(chunk, budget);
            if (inIt == Erasure.Impossible) return inIt;
            if (inIt == Erasure.Done) BinaryPrimitives.WriteUInt32BigEndian(png[(at + 8 + (int)length)..], Crc32.HashToUInt32(chunk));
            found = LocationEraser.Worse(found, inIt);
            at += Frame + (int)length;
        }
        // Behind the end is whatever a camera appends, or an editor leaves of a longer file. Programs read no chunks there.
        return LocationEraser.Worse(found, LocationEraser.EraseIn(png[at..], budget));
    }

    // With its type.
    static Erasure EraseChunk(Span<byte> chunk, ErasureBudget budget)
    {
        var type = chunk[..4];
        var data = chunk[4..];
        if (type.SequenceEqual("IDAT"u8) || type.SequenceEqual("fdAT"u8) || type.SequenceEqual("iCCP"u8)) return Erasure.None;
        var isPacked = (type.SequenceEqual("zTXt"u8) || type.SequenceEqual("tEXt"u8) || type.SequenceEqual("iTXt"u8))
            && data.StartsWith("Raw profile type "u8);
        var keyword = "XML:com.adobe.xmp\0"u8;
        isPacked |= type.SequenceEqual("iTXt"u8) && data.StartsWith(keyword) && data.Length > keyword.Length && data[keyword.Length] == 1;
        isPacked |= type.SequenceEqual("zTXt"u8) && data.StartsWith(keyword);
        if (!isPacked) return LocationEraser.EraseIn(data, budget);
        "laTx"u8.CopyTo(type); // Ancillary, private, safe to copy.
        data.Clear();
        return Erasure.Done;
    }
}
