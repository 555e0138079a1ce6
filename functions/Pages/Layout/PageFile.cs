using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Latchkey.Pages;

/// <summary>A script module or style sheet of a page, embedded in the assembly under its page's folder.</summary>
/// <param name="Bytes">Its content.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="ETag">A strong entity tag (RFC 9110 §8.8.3): the SHA-256 of the bytes, quoted.</param>
sealed record PageFile(byte[] Bytes, string ContentType, string ETag)
{
    static readonly Dictionary<string, PageFile> All = typeof(PageFile).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("my-files/", StringComparison.Ordinal) || name.StartsWith("passkeys/", StringComparison.Ordinal))
        .ToDictionary(name => name, Read, StringComparer.Ordinal);

    /// <summary>Answers with a file; 304 if the browser has it already (RFC 9110 §13.1.2).</summary>
    /// <param name="response">The response, for its headers.</param>
    /// <param name="folder">The page's folder.</param>
    /// <param name="name">The file's name, as in the address.</param>
    /// <exception cref="Problem">404 <c>part_not_found</c></exception>
    public static IResult Serve(HttpResponse response, string folder, string? name)
    {
        var file = All.GetValueOrDefault($"{folder}/{name}") ?? throw Problem.NotFound("part_not_found", "The file does not exist.");
        // Cached, but revalidated each time, so that an update mixes two versions for one page load at most.
        response.Headers.CacheControl = "no-cache";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return Results.Bytes(file.Bytes, file.ContentType, entityTag: new EntityTagHeaderValue(file.ETag));
    }

    static PageFile Read(string name)
    {
        using var resource = typeof(PageFile).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        var type = name.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
        return new PageFile(bytes, type, EntityTag.Of(bytes));
    }
}
