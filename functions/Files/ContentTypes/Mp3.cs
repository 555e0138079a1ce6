namespace Latchkey.Files;

/// <summary>
/// Recognizes MPEG audio, which has no signature, only a header in each frame (ISO/IEC 11172-3 §2.4.2.3; ADTS: ISO/IEC 13818-7 §6.2).
/// </summary>
static class Mp3
{
    // kbit/s by version 1 and layer (I, II, III), then version 2 (I; II and III).
    static readonly int[][] Rates =
    [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];

    static readonly int[] Hertz = [44100, 48000, 32000];

    /// <summary>The type of bytes that begin with a tag (ID3v2 §3.1) or with two frames, possibly after zeros; otherwise null.</summary>
    public static SniffedContent? Of(ReadOnlySpan<byte> head)
    {
        if (head.Length < 10 || !head.StartsWith("ID3"u8)) return Frames(head);
        var tag = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + ((head[5] & 0x10) != 0 ? 10 : 0);
        string[] alsoTagged = ["audio/aac", "audio/flac", "audio/aiff", "audio/wav", "audio/x-ape", "audio/x-tta", "audio/x-musepack"];
        var tagged = new SniffedContent("audio/mpeg", alsoTagged);
        if (tag >= head.Length - 4) return tagged;
        var rest = head[tag..];
        if (rest.StartsWith("fLaC"u8)) return new("audio/flac", []);
        if (rest.StartsWith("MAC "u8)) return new("audio/x-ape", []);
        return rest.StartsWith("TTA1"u8) ? new("audio/x-tta", []) : Frames(rest) ?? tagged;
    }

    static SniffedContent? Frames(ReadOnlySpan<byte> head)
    {
        var start = head.IndexOfAnyExcept((byte)0);
        if (start < 0) return null;
        head = head[start..];
        var (length, isAac) = Frame(head);
        if (length == 0 || length > head.Length) return null;
        var (next, isNextAac) = Frame(head[length..]);
        if (next == 0 || isAac != isNextAac) return null;
        return isAac ? new("audio/aac", []) : new("audio/mpeg", []);
    }

    // The length of the frame in bytes, or 0 if no frame begins here.
    static (int Length, bool IsAac) Frame(ReadOnlySpan<byte> at)
    {
        if (at.Length < 7 || at[0] != 0xFF || (at[1] & 0xE0) != 0xE0) return default;
        var (version, layer) = (at[1] >> 3 & 3, at[1] >> 1 & 3);
        if (layer == 0 && (at[1] & 0xF6) == 0xF0) return ((at[3] & 3) << 11 | at[4] << 3 | at[5] >> 5, true);
        var (rate, frequency, padding) = (at[2] >> 4, at[2] >> 2 & 3, at[2] >> 1 & 1);
        if (version == 1 || layer == 0 || rate is 0 or 15 || frequency == 3) return default;
        var isFirst = version == 3;
        var bits = Rates[isFirst ? 3 - layer : layer == 3 ? 3 : 4][rate - 1] * 1000;
        var hertz = Hertz[frequency] >> (isFirst ? 0 : version == 2 ? 1 : 2);
        if (layer == 3) return ((12 * bits / hertz + padding) * 4, false);
        return ((layer == 1 && !isFirst ? 72 : 144) * bits / hertz + padding, false);
    }
}
