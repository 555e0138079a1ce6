using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Protocol;

/// <summary>
/// Client ids that are URLs of a metadata document (draft-ietf-oauth-client-id-metadata-document §3). A URL can't be a row's key, so
/// such a client is stored under a hash of it: only requests, tokens and the consent page show the URL itself.
/// </summary>
public static class ClientIdUrl
{
    /// <summary>Maximum length, in characters. A short URL is recommended (§3).</summary>
    public const int MaxChars = 256;

    const string Prefix = "url-";

    /// <summary>True if the client id is a URL, whether or not it is a valid one.</summary>
    public static bool Is(string? clientId) => clientId is not null
        && (clientId.StartsWith("https://", StringComparison.Ordinal) || clientId.StartsWith("http://", StringComparison.Ordinal));

    /// <summary>The id under which a client is stored: the client id itself, unless it is a URL.</summary>
    public static string StoredId(string clientId) =>
        Is(clientId) ? Prefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(clientId))) : clientId;

    /// <summary>
    /// True if the URL may name a client (§3): https, with a path, without user, fragment, query or dot segments, and written as a URL
    /// parser would write it. In development it may also be http on this machine.
    /// </summary>
    public static bool IsValid(string url, bool development)
    {
        if (url.Length > MaxChars || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || url != uri.AbsoluteUri) return false;
        if (uri.Scheme != Uri.UriSchemeHttps && !(development && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)) return false;
        return uri.AbsolutePath.Length > 1 && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0 && uri.Query.Length == 0
            && !url.EndsWith('#') && !url.EndsWith('?') && url.All(c => c is > ' ' and <= '~' and not ('"' or '<' or '>' or '\\' or '\''));
    }
}
