using System.Text;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Latchkey.Pages;

/// <summary>A script module, style sheet or icon of a page, embedded in the assembly under its page's folder.</summary>
/// <param name="Bytes">Its content.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="ETag">A strong entity tag (RFC 9110 §8.8.3): the SHA-256 of the bytes, quoted.</param>
sealed record PageFile(byte[] Bytes, string ContentType, string ETag)
{
    static readonly Dictionary<string, PageFile> All = typeof(PageFile).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("my-files/", StringComparison.Ordinal) || name.StartsWith("passkeys/", StringComparison.Ordinal)
            || name.StartsWith("hand-in/", StringComparison.Ordinal))
        .ToDictionary(name => name, Read, StringComparer.Ordinal);

    /// <summary>Answers with a file; 304 if the browser has it already (RFC 9110 §13.1.2).</summary>
    /// <param name="response">The response, for its headers.</param>
    /// <param name="folder">The page's folder.</param>
    /// <param name="name">The file's name, as in the address.</param>
    /// <exception cref="Problem">404 <c>part_not_found</c></exception>
    public static IResult Serve(HttpResponse response, string folder, string? name) =>
        Serve(response, All.GetValueOrDefault($"{folder}/{name}") ?? throw Problem.NotFound("part_not_found", "The file does not exist."));

    /// <summary>Answers with this file, in the same way.</summary>
    public static IResult Serve(HttpResponse response, PageFile file)
    {
        // Cached, but revalidated each time, so that an update mixes two versions for one page load at most.
        response.Headers.CacheControl = "no-cache";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return Results.Bytes(file.Bytes, file.ContentType, entityTag: new EntityTagHeaderValue(file.ETag));
    }

    /// <summary>The names of the files of a page, in order, relative to its folder.</summary>
    public static IEnumerable<string> NamesIn(string folder) =>
        All.Keys.Where(name => name.StartsWith($"{folder}/", StringComparison.Ordinal)).Select(name => name[(folder.Length + 1)..])
            .Order(StringComparer.Ordinal);

    /// <summary>A file of a page by its name.</summary>
    public static PageFile Of(string folder, string name) => All[$"{folder}/{name}"];

    /// <summary>A file that is made from a text.</summary>
    public static PageFile Made(string text, string contentType)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new PageFile(bytes, contentType, EntityTag.Of(bytes));
    }

    static PageFile Read(string name)
    {
        using var resource = typeof(PageFile).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new PageFile(bytes, TypeOf(name), EntityTag.Of(bytes));
    }

    static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".png" => "image/png",
        _ => "text/css; charset=utf-8",
    };
}
