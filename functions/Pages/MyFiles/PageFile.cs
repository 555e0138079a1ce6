using Latchkey.Http;

namespace Latchkey.Pages;

/// <summary>A script module or style sheet of the page my-files, embedded in the assembly.</summary>
/// <param name="Bytes">Its content.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="ETag">A strong entity tag (RFC 9110 §8.8.3): the SHA-256 of the bytes, quoted.</param>
sealed record PageFile(byte[] Bytes, string ContentType, string ETag)
{
    const string Folder = "my-files/";

    static readonly Dictionary<string, PageFile> All = typeof(PageFile).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(name => name[Folder.Length..], Read, StringComparer.Ordinal);

    /// <summary>The file with this name, or null.</summary>
    public static PageFile? Find(string? name) => name is null ? null : All.GetValueOrDefault(name);

    static PageFile Read(string name)
    {
        using var resource = typeof(PageFile).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        var type = name.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
        return new PageFile(bytes, type, EntityTag.Of(bytes));
    }
}
