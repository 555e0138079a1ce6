using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Latchkey.Http;

/// <summary>Entity tags (RFC 9110 §8.8.3): strong ones, made of the bytes that are served, and the tags in a header.</summary>
public static class EntityTag
{
    /// <summary>The tag of these bytes, in quotes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"";

    /// <summary>
    /// True if the caller has these bytes already (If-None-Match, RFC 9110 §13.1.2: a list of tags, or <c>*</c>). A weak tag
    /// counts as well, because proxies that compress make tags weak.
    /// </summary>
    public static bool IsKnown(HttpRequest request, string etag) =>
        Tags(request.Headers.IfNoneMatch).Any(tag => tag == "*" || tag == etag || tag == $"W/{etag}");

    /// <summary>
    /// True if the caller wants these bytes changed (If-Match, RFC 9110 §13.1.1: a list of tags, or <c>*</c>), or whatever is there
    /// because the request has no such header. A weak tag never matches.
    /// </summary>
    public static bool IsWanted(HttpRequest request, string etag) =>
        request.Headers.IfMatch.Count == 0 || Tags(request.Headers.IfMatch).Any(tag => tag == "*" || tag == etag);

    /// <summary>The tags of a header's lines.</summary>
    public static IReadOnlyList<string> Tags(StringValues header) =>
        [.. header.SelectMany(line => line?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])];
}
