using System.Buffers;
using System.Globalization;

namespace Latchkey.Protocol;

/// <summary>
/// Redirect URIs, compared and sent exactly as registered (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1). They are never parsed
/// with .NET's <see cref="Uri"/>, because it rewrites what it parses.
/// </summary>
public static class RedirectUri
{
    const int MaxChars = 512;

    // The characters of RFC 3986 without '#': none of them can end a header, an attribute or the source of a CSP directive.
    static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]@!$&'()*+,;=%");

    const string Localhost = "http://localhost";

    static readonly string[] LoopbackAddresses = ["http://127.0.0.1", "http://[::1]"];

    static readonly string[] WithLocalhost = [.. LoopbackAddresses, Localhost];

    // Schemes with a meaning in browsers or operating systems: no app may use one as its own.
    static readonly string[] Taken =
    [
        "about", "blob", "chrome", "content", "data", "edge", "facetime", "file", "filesystem", "ftp", "geo", "intent", "itms",
        "javascript", "mailto", "market", "resource", "sms", "ssh", "tel", "urn", "vbscript", "view-source", "ws", "wss",
    ];

    /// <summary>What is wrong with a redirect URI that an app wants to register, for its developer; null if nothing is.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="native">The app is a native app.</param>
    /// <param name="relaxed">Private schemes without a dot are allowed (<c>Client.RelaxedRedirects</c>).</param>
    public static string? Fault(string uri, bool native, bool relaxed = false)
    {
        if (uri.Length is 0 or > MaxChars) return $"A redirect URI must have 1 to {MaxChars} characters.";
        if (uri.AsSpan().ContainsAnyExcept(Allowed))
            return "A redirect URI must contain only the characters of RFC 3986, and no fragment (RFC 6749 §3.1.2).";
        var scheme = Scheme(uri);
        if (scheme is null) return "A redirect URI must be absolute: it starts with a scheme.";
        return scheme.ToLowerInvariant() switch
        {
            "https" => Authority(uri) is { } host && IsHost(host) ? null : "An https redirect URI must name a host, without a user.",
            "http" => IsLoopback(uri) ? null : "http is only allowed for 127.0.0.1, [::1] and localhost (RFC 8252 §7.3); use https.",
            _ when !native => "A private scheme is only allowed for native apps (RFC 8252 §7.1).",
            var own => own.Contains('.') || (relaxed && !Taken.Contains(own)) ? null
                : "A private scheme must be a domain name in reverse, such as com.example.app (RFC 8252 §7.1).",
        };
    }

    /// <summary>
    /// True if the URI that was sent is the registered one: character by character, except that a native app may use any port
    /// of a loopback address (RFC 8252 §7.3). <c>localhost</c> is a name, not an address: it must match exactly unless
    /// <paramref name="relaxed"/>.
    /// </summary>
    public static bool Matches(string registered, string sent, bool native, bool relaxed = false)
    {
        if (string.Equals(registered, sent, StringComparison.Ordinal)) return true;
        if (!native || sent.Length > MaxChars || sent.AsSpan().ContainsAnyExcept(Allowed)) return false;
        var hosts = relaxed ? WithLocalhost : LoopbackAddresses;
        return WithoutPort(registered, hosts) is { } bare && string.Equals(bare, WithoutPort(sent, hosts), StringComparison.Ordinal);
    }

    /// <summary>
    /// A warning about a URI that may be registered; null if there is none. openid-client 6 for JavaScript sends the URI as a URL
    /// parser rewrites it, which may then differ from the one in the authorization request.
    /// </summary>
    public static string? Warning(string uri)
    {
        if (IsPrivateScheme(uri) || Authority(uri) is not { } authority) return null;
        var path = uri[(uri.IndexOf("://", StringComparison.Ordinal) + 3 + authority.Length)..];
        var rewritten = path.Length == 0 || path[0] == '?' ? "it has no path"
            : authority.EndsWith(":443", StringComparison.Ordinal) || authority.EndsWith(":80", StringComparison.Ordinal)
                ? "it names the default port"
            : authority.EndsWith(":443", StringComparison.Ordinal) || authority.EndsWith(":80", StringComparison.Ordinal)
                ? "it names the default port"
            : path.Contains('?') ? "it has a query" : null;
        return rewritten is null ? null
            : $"{uri}: {rewritten}. Some libraries, openid-client 6 among them, cannot redeem a code for it.";
    }

    /// <summary>True if it opens an app by a private scheme, which any app on the device may claim (RFC 8252 §8.6).</summary>
    public static bool IsPrivateScheme(string uri) => Scheme(uri)?.ToLowerInvariant() is not ("http" or "https");

    /// <summary>
    /// True if it opens a program on the user's own device: by a private scheme, or on the loopback interface, where any program
    /// may listen (RFC 8252 §8.6).
    /// </summary>
    public static bool IsOnDevice(string uri) => IsPrivateScheme(uri) || IsLoopback(uri);

    /// <summary>
    /// The CSP source (CSP3 §2.3.1) to which a form must be allowed to redirect: see <c>PageRenderer</c>. For https it is just
    /// the scheme: browsers check every redirect that follows the form, and an app's callback may well redirect to another site.
    /// </summary>
    public static string CspSource(string uri)
    {
        var scheme = Scheme(uri)!.ToLowerInvariant();
        return scheme == "http" ? $"http://{Authority(uri)}" : $"{scheme}:";
    }

    /// <summary>The destination to show to people: the host, or the app's scheme.</summary>
    public static string Destination(string uri) => IsPrivateScheme(uri) ? Scheme(uri)! : Authority(uri)!;

    // RFC 3986 §3.1
    static string? Scheme(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || !char.IsAsciiLetter(uri[0])) return null;
        var scheme = uri[..colon];
        return scheme.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? scheme : null;
    }

    static string? Authority(string uri)
    {
        var start = uri.IndexOf("://", StringComparison.Ordinal);
        if (start < 0 || start != uri.IndexOf(':', StringComparison.Ordinal)) return null;
        var rest = uri[(start + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?');
        return end < 0 ? rest : rest[..end];
    }

    static bool IsHost(string authority)
    {
        var (host, port) = authority.Split(':') is [var h, var p] ? (h, p) : (authority, "443");
        return host.Length > 0 && IsPort(port)
            && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && host[0] is not ('-' or '.');
    }

    static bool IsLoopback(string uri) => WithoutPort(uri, WithLocalhost) is not null;

    // http://127.0.0.1:51004/callback → http://127.0.0.1/callback; null if it is not a loopback address.
    static string? WithoutPort(string uri, string[] addresses)
    {
        foreach (var address in addresses)
        {
            if (!uri.StartsWith(address, StringComparison.Ordinal)) continue;
            var rest = uri[address.Length..];
            if (rest.Length == 0 || rest[0] is '/' or '?') return uri;
            if (rest[0] != ':') return null;
            var end = rest.AsSpan().IndexOfAny('/', '?') is var at and >= 0 ? at : rest.Length;
            return IsPort(rest[1..end]) ? address + rest[end..] : null;
        }
        return null;
    }

    static bool IsPort(string text) =>
        text.Length is >= 1 and <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > 0 and <= 65535;
}
