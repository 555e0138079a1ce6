using System.Buffers.Binary;

namespace Latchkey.Files;

/// <summary>Recognizes executable programs.</summary>
static class Programs
{
    /// <summary>The type of the program, or null.</summary>
    public static SniffedContent? Of(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4) return null;
        if (head[..2] is [(byte)'M', (byte)'Z'] or [(byte)'Z', (byte)'M'] && head[..Math.Min(head.Length, 64)].Contains((byte)0))
            return new("application/vnd.microsoft.portable-executable", []);
        if (head.StartsWith("FWS"u8) || head.StartsWith("CWS"u8) || head.StartsWith("ZWS"u8))
            return head[3] is > 0 and < 64 ? new("application/vnd.adobe.flash.movie", []) : null;
        if (head.StartsWith("dex\n"u8)) return new("application/x-dex", []);
        return BinaryPrimitives.ReadUInt32BigEndian(head) switch
        {
            0x7F454C46 => new("application/x-executable", []),
            0xFEEDFACE or 0xFEEDFACF or 0xCEFAEDFE or 0xCFFAEDFE => new("application/x-mach-binary", []),
            0xCAFEBABE => new("application/java-vm", ["application/x-mach-binary"]), // Both have this signature.
            0x0061736D => new("application/wasm", []),
            0x4C000000 when head.Length > 7 && head[4..8].SequenceEqual(new byte[] { 1, 0x14, 2, 0 }) =>
                new("application/x-ms-shortcut", []),
            _ => null,
        };
    }
}
