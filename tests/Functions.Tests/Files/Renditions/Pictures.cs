using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using ImageMagick;
using Latchkey.Files;

namespace Latchkey.Tests.Files.Renditions;

/// <summary>Pictures whose left half is red and whose right half is blue, and files that only look like pictures.</summary>
static class Pictures
{
    /// <summary>48 × 32, HEVC: the library reads it but writes none. Made with heif-enc.</summary>
    public static byte[] Heic => Convert.FromBase64String(
            "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
            + "AA5waXRtAAAAAAACAAAAEGlkYXQAAAAAADAAIAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHRAAEAAAAAAAAAKgACAAEAAAAAAAAA"
            + "AQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADYaXBycAAA"
            + "ALZpcGNvAAAAdmh2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACpCAQED"
            + "cAAAAwCQAAADAAADAB6gIIEFlurkprm4EBAwIAAAAwAgAAADACEiAAEABkQBwXPAiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlz"
            + "cGUAAAAAAAAAMAAAACAAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGlt"
            + "ZwACAAEAAQAAADJtZGF0AAAAJigBr1j5Et3/0KP/PDIZ58c779YwXFrPuGoWnjuVtZ8ROhX+qBR4");

    /// <summary>An uncompressed bitmap: the only picture that is made without the library.</summary>
    public static byte[] Bmp(int width, int height)
    {
        var row = (width * 3 + 3) / 4 * 4;
        var bytes = new byte[54 + row * height];
        "BM"u8.CopyTo(bytes);
        foreach (var (at, value) in ((int, int)[])[(2, bytes.Length), (10, 54), (14, 40), (18, width), (22, height), (26, 1), (28, 24)])
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        bytes[28] = 24;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++) bytes[54 + y * row + x * 3 + (x < width / 2 ? 2 : 0)] = 220;
        }
        return bytes;
    }

    /// <summary>In another format; <paramref name="change"/> may add to it.</summary>
    public static byte[] Of(MagickFormat format, int width, int height, Action<MagickImage>? change = null)
    {
        using var picture = Read(Bmp(width, height), MagickFormat.Bmp);
        change?.Invoke(picture);
        return picture.ToByteArray(format);
    }

    public static MagickImage Read(byte[] bytes, MagickFormat format)
    {
        Assert.Null(PictureReader.Missing); // And the policy is set.
        return new MagickImage(bytes, format);
    }

    /// <summary>A PNG that says that it is so large, and has no pixels.</summary>
    public static byte[] HollowPng(int width, int height)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(new byte[1000]);
        Chunk("IHDR", header);
        Chunk("IDAT", packed.ToArray());
        Chunk("IEND", []);
        return png.ToArray();

        void Chunk(string type, byte[] data)
        {
            var chunk = new byte[data.Length + 12];
            BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
            Encoding.ASCII.GetBytes(type).CopyTo(chunk, 4);
            data.CopyTo(chunk, 8);
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, data.Length + 4)));
            png.Write(chunk);
        }
    }

    /// <summary>A TIFF of 100 × 100 gray pixels in one tile, which has so long sides.</summary>
    public static byte[] TiledTiff(int side)
    {
        (ushort Tag, ushort Type, int Value)[] entries =
        [
            (256, 4, 100), (257, 4, 100), (258, 3, 8), (259, 3, 1), (262, 3, 1), (277, 3, 1), (284, 3, 1),
            (322, 4, side), (323, 4, side), (324, 4, 8), (325, 4, 100),
        ];
        var bytes = new byte[400];
        "II*\0"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), 200);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(200), (short)entries.Length);
        for (var n = 0; n < entries.Length; n++)
        {
            var entry = bytes.AsSpan(202 + n * 12, 12);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[n].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[n].Type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 1);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[n].Value);
        }
        return bytes;
    }

    /// <summary>A JPEG in several scans, the last one so often more; its header may say that it has other sides.</summary>
    public static byte[] ProgressiveJpeg(int more, ushort? sides = null)
    {
        var bytes = Of(MagickFormat.Jpeg, 60, 40, picture => picture.Settings.Interlace = Interlace.Jpeg);
        var scan = bytes.AsSpan().LastIndexOf([(byte)0xFF, (byte)0xDA]);
        var frame = bytes.AsSpan().IndexOf([(byte)0xFF, (byte)0xC2]);
        foreach (var at in sides is null ? [] : (int[])[frame + 5, frame + 7])
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), sides!.Value);
        return [.. bytes[..^2], .. Enumerable.Repeat(bytes[scan..^2], more).SelectMany(one => one), 0xFF, 0xD9];
    }

    /// <summary>An animation of one pixel.</summary>
    public static byte[] Gif(int frames)
    {
        byte[] start = [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 220, 0, 0, 0, 0, 220];
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        return [.. start, .. Enumerable.Repeat(frame, frames).SelectMany(one => one), 0x3B];
    }
}
