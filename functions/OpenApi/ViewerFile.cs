using System.IO.Compression;
using System.Security.Cryptography;

namespace Latchkey.OpenApi;

/// <summary>
/// A script or style sheet of the page <c>/openapi</c> (viewer/README.md). Its URL contains its hash, so browsers may keep it for good.
/// </summary>
/// <param name="Name">The name in the URL: <c>viewer.{hash}.js</c>.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Packed">Its content, compressed with gzip (RFC 1952).</param>
sealed record ViewerFile(string Name, string ContentType, byte[] Packed)
{
    const string Folder = "openapi/viewer/";
    const int HashChars = 16;

    static readonly Dictionary<string, ViewerFile> All = typeof(ViewerFile).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(Read)
        .ToDictionary(file => file.Name, StringComparer.Ordinal);

    /// <summary>The file with this name, or null.</summary>
    public static ViewerFile? Find(string? name) => name is null ? null : All.GetValueOrDefault(name);

    /// <summary>The URL path of a file, given its name in viewer/ without the extension <c>.gz</c>.</summary>
    public static string Path(string name)
    {
        var dot = name.LastIndexOf('.');
        return $"/openapi/{All.Keys.Single(IsVersionOf)}";

        bool IsVersionOf(string known) => known.Length == name.Length + 1 + HashChars
            && known.StartsWith(name[..(dot + 1)], StringComparison.Ordinal) && known.EndsWith(name[dot..], StringComparison.Ordinal);
    }

    /// <summary>The uncompressed content, for the few clients that do not accept gzip.</summary>
    public byte[] Unpacked()
    {
        using var all = new MemoryStream();
        using (var unpack = new GZipStream(new MemoryStream(Packed), CompressionMode.Decompress)) unpack.CopyTo(all);
        return all.ToArray();
    }

    static ViewerFile Read(string resource)
    {
        using var stream = typeof(ViewerFile).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var name = resource[Folder.Length..];
        if (name.EndsWith(".gz", StringComparison.Ordinal)) name = name[..^3];
        else bytes = Pack(bytes);
        var (dot, hash) = (name.LastIndexOf('.'), Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashChars]);
        var type = name.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
        return new ViewerFile($"{name[..dot]}.{hash}{name[dot..]}", type, bytes);
    }

    static byte[] Pack(byte[] bytes)
    {
        using var all = new MemoryStream();
        using (var pack = new GZipStream(all, CompressionLevel.Optimal)) pack.Write(bytes);
        return all.ToArray();
    }
}
