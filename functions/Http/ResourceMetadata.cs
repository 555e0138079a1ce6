using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// The link to a protected resource's metadata in its challenges (RFC 9728 §5.1): from it a client that knows only the API's address
/// finds the authorization server.
/// </summary>
public static class ResourceMetadata
{
    /// <summary>The path of the metadata of whatever stands at this path (§3.1).</summary>
    public const string WellKnown = ".well-known/oauth-protected-resource";

    static readonly object Key = new();

    /// <summary>Notes the address of the metadata of what was requested.</summary>
    public static void Note(HttpRequest request, string url) => request.HttpContext.Items[Key] = url;

    /// <summary>The challenge with the link, in each of its schemes; unchanged if there is no metadata.</summary>
    internal static string AddTo(HttpRequest request, string challenge)
    {
        if (request.HttpContext.Items[Key] is not string url) return challenge;
        var link = $"resource_metadata=\"{url}\"";
        // A bare scheme takes its first parameter without a comma.
        return challenge.StartsWith("Bearer, ", StringComparison.Ordinal)
            ? $"Bearer {link}{challenge["Bearer".Length..]}, {link}" : $"{challenge}, {link}";
    }
}
