using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>Strong entity tags (RFC 9110 §8.8.3) made of the bytes that are served.</summary>
public static class EntityTag
{
    /// <summary>The tag of these bytes, in quotes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"";

    /// <summary>
    /// True if the caller has these bytes already (If-None-Match, RFC 9110 §13.1.2: a list of tags, or <c>*</c>). A weak tag
    /// counts as well, because proxies that compress make tags weak.
    /// </summary>
    public static bool IsKnown(HttpRequest request, string etag) => request.Headers.IfNoneMatch
        .SelectMany(line => line?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        .Any(tag => tag == "*" || tag == etag || tag == $"W/{etag}");
}
