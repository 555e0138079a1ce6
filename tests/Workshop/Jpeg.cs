namespace Latchkey.Workshop;

/// <summary>
/// Draws a picture of some megabytes as a baseline JPEG (ITU-T T.81), for want of a photo. The Huffman tables are
/// flat, 4 bits for every DC and 8 for every AC symbol, so that each code is its symbol.
/// </summary>
static class Jpeg
{
    static readonly int[] ZigZag =
        [.. Enumerable.Range(0, 64).OrderBy(i => i / 8 + i % 8).ThenBy(i => (i / 8 + i % 8) % 2 == 0 ? i % 8 : i / 8)];

    static readonly float[] Cosines = [.. Enumerable.Range(0, 64).Select(i => Cosine(i / 8, i % 8))];

    const byte Quantum = 5;

    /// <summary>Width and height are multiples of 8.</summary>
    public static byte[] Draw(int width, int height)
    {
        var file = new MemoryStream();
        void Segment(byte marker, params ReadOnlySpan<byte> body)
        {
            file.Write([0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2)]);
            file.Write(body);
        }
        file.Write([0xFF, 0xD8]);
        Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
        Segment(0xDB, [0, .. Enumerable.Repeat(Quantum, 64)]);
        Segment(0xC0, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0);
        Segment(0xC4, [0x00, 0, 0, 0, 12, .. new byte[12], .. Enumerable.Range(0, 12).Select(symbol => (byte)symbol)]);
        Segment(0xC4, [0x10, 0, 0, 0, 0, 0, 0, 0, 255, .. new byte[8], .. Enumerable.Range(0, 255).Select(symbol => (byte)symbol)]);
        Segment(0xDA, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0);
        var bits = new BitWriter(file);
        int[] last = [0, 0, 0];
        for (var y = 0; y < height; y += 8)
            for (var x = 0; x < width; x += 8)
                for (var component = 0; component < 3; component++)
                    last[component] = Block(bits, x, y, component, last[component]);
        bits.Write(0x7F, 7);
        file.Write([0xFF, 0xD9]);
        return file.ToArray();
    }

    /// <summary>Rings of light through coloured haze, with a photo's grain.</summary>
    static float Sample(int x, int y, int component) => component switch
    {
        0 => 50 * MathF.Sin(MathF.Sqrt(x * x + y * y) / 40) + 40 * MathF.Sin((x - y) / 97f) + Grain(x, y),
        1 => 45 * MathF.Sin(x / 311f + y / 173f),
        _ => 45 * MathF.Cos(y / 239f - x / 401f),
    };

    static uint Grain(int x, int y) => (uint)(x * 7919 ^ y * 104729) * 2654435761u >> 27;

    static float Cosine(int frequency, int x) =>
        (frequency == 0 ? MathF.Sqrt(0.125f) : 0.5f) * MathF.Cos((2 * x + 1) * frequency * MathF.PI / 16);

    static int Block(BitWriter bits, int x, int y, int component, int lastDc)
    {
        Span<float> samples = stackalloc float[64], rows = stackalloc float[64];
        for (var i = 0; i < 64; i++)
            samples[i] = Sample(x + i % 8, y + i / 8, component);
        for (var i = 0; i < 64; i++)
            for (var k = 0; k < 8; k++)
                rows[i] += samples[i / 8 * 8 + k] * Cosines[i % 8 * 8 + k];
        var run = 0;
        var dc = 0;
        for (var n = 0; n < 64; n++)
        {
            var (v, u) = (ZigZag[n] / 8, ZigZag[n] % 8);
            var sum = 0f;
            for (var k = 0; k < 8; k++)
                sum += rows[k * 8 + u] * Cosines[v * 8 + k];
            var value = (int)MathF.Round(sum / Quantum);
            if (n == 0)
                bits.WriteSigned(0, 4, (dc = value) - lastDc);
            else if (value == 0)
                run++;
            else
            {
                for (; run > 15; run -= 16)
                    bits.Write(0xF0, 8);
                bits.WriteSigned(run, 8, value);
                run = 0;
            }
        }
        if (run > 0)
            bits.Write(0, 8);
        return dc;
    }

    sealed class BitWriter(Stream stream)
    {
        int pending, count;

        /// <summary>A code made of a zero run and the number of bits of a value, and the value's bits (T.81 F.1.2).</summary>
        public void WriteSigned(int run, int codeBits, int value)
        {
            var size = 32 - int.LeadingZeroCount(Math.Abs(value));
            Write(run << 4 | size, codeBits);
            Write(value < 0 ? value + (1 << size) - 1 : value, size);
        }

        public void Write(int value, int length)
        {
            for (var bit = length - 1; bit >= 0; bit--)
            {
                pending = pending << 1 | (value >> bit & 1);
                if (++count % 8 != 0)
                    continue;
                stream.WriteByte((byte)pending);
                if ((byte)pending == 0xFF)
                    stream.WriteByte(0);
            }
        }
    }
}
