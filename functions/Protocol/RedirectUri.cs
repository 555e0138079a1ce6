using System.Buffers;
using System.Globalization;

namespace Latchkey.Protocol;

/// <summary>
/// Redirect URIs, compared and sent on as the raw text that was registered (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700
/// §2.1). .NET's <see cref="Uri"/> never sees them, because it rewrites what it parses.
/// </summary>
public static class RedirectUri
{
    const int MaxChars = 512;

    // RFC 3986's characters without '#': nothing in it can end a header, an attribute or a CSP directive's source.
    static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]@!$&'()*+,;=%");

    static readonly string[] LoopbackAddresses = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>What is wrong with a redirect URI that an app wants to register, in words for its developer; null if nothing is.</summary>
    public static string? Fault(string uri, bool native)
    {
        if (uri.Length is 0 or > MaxChars) return $"A redirect URI has 1 to {MaxChars} characters.";
        if (uri.AsSpan().ContainsAnyExcept(Allowed))
            return "A redirect URI holds only the characters of RFC 3986, and no fragment (RFC 6749 §3.1.2).";
        var scheme = Scheme(uri);
        if (scheme is null) return "A redirect URI is absolute: it starts with a scheme.";
        return scheme.ToLowerInvariant() switch
        {
            "https" => Authority(uri) is { } host && IsHost(host) ? null : "An https redirect URI names a host, without a user.",
            "http" => IsLoopback(uri) ? null : "http is only for 127.0.0.1, [::1] and localhost (RFC 8252 §7.3); use https.",
            _ when !native => "A private scheme is only for native apps (RFC 8252 §7.1).",
            var own => own.Contains('.') ? null : "A private scheme is a domain name in reverse, such as com.example.app (RFC 8252 §7.1).",
        };
    }

    /// <summary>
    /// True if the URI that was sent is the registered one: the same characters, except that a native app may use any
    /// port of a loopback address (RFC 8252 §7.3). <c>localhost</c> is a name, not an address, and stays exact.
    /// </summary>
    public static bool Matches(string registered, string sent, bool native)
    {
        if (string.Equals(registered, sent, StringComparison.Ordinal)) return true;
        if (!native || sent.Length > MaxChars || sent.AsSpan().ContainsAnyExcept(Allowed)) return false;
        return WithoutPort(registered) is { } bare && string.Equals(bare, WithoutPort(sent), StringComparison.Ordinal);
    }

    /// <summary>True if it leads to an app by a scheme of the app's own, which any app on the device may claim (RFC 8252 §8.6).</summary>
    public static bool IsPrivateScheme(string uri) => Scheme(uri)?.ToLowerInvariant() is not ("http" or "https");

    /// <summary>
    /// The CSP source (CSP3 §2.3.1) that a form must be allowed to be redirected to: see <c>PageRenderer</c>. For https
    /// it is the scheme alone: browsers hold every redirect after the form against it, and an app's callback may well
    /// send the user on to another site.
    /// </summary>
    public static string CspSource(string uri)
    {
        var scheme = Scheme(uri)!.ToLowerInvariant();
        return scheme == "http" ? $"http://{Authority(uri)}" : $"{scheme}:";
    }

    /// <summary>Where it leads, for people: the host, or the app's scheme.</summary>
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

    static bool IsLoopback(string uri) => WithoutPort(uri) is not null
        || (Authority(uri) is { } authority && authority.Split(':') is ["localhost", .. var port]
            && (port.Length == 0 || (port.Length == 1 && IsPort(port[0]))));

    // http://127.0.0.1:51004/callback → http://127.0.0.1/callback; null if it is no loopback address.
    static string? WithoutPort(string uri)
    {
        foreach (var address in LoopbackAddresses)
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
