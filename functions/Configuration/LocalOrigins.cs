namespace Latchkey;

/// <summary>
/// The web origins (RFC 6454) that every tenant allows in Development, so that a new app needs no setting: those of development servers
/// and of web views. <c>dev.cs</c> allows the same in the emulator.
/// </summary>
public static class LocalOrigins
{
    const int MaxChars = 200;

    /// <summary>The ports of Vite, its preview, Angular, Ionic, and React or Express.</summary>
    public static IReadOnlyList<int> Ports { get; } = [5173, 4173, 4200, 8100, 3000];

    /// <summary>The origins of Capacitor, Ionic and Cordova web views.</summary>
    public static IReadOnlyList<string> WebViews { get; } =
        ["capacitor://localhost", "ionic://localhost", "http://localhost", "https://localhost"];

    /// <summary>What is allowed without being asked for.</summary>
    public static IReadOnlyList<string> Usual { get; } = [.. WebViews, .. DevServers("localhost")];

    /// <summary>The origins of development servers on a host.</summary>
    public static IEnumerable<string> DevServers(string host) => Ports.Select(port => $"http://{host}:{port}");

    /// <summary>
    /// True if the text is an origin as browsers send it: a scheme, a host and perhaps a port, in lower case and without a path. At most
    /// 200 characters; nothing in it has a meaning in a shell or a log.
    /// </summary>
    public static bool IsOrigin(string text)
    {
        return text.Length <= MaxChars && text.Split("://") is [{ Length: > 0 } scheme, { Length: > 0 } authority]
            && char.IsAsciiLetterLower(scheme[0]) && scheme.All(IsSchemeChar) && authority.All(IsAuthorityChar);

        static bool IsSchemeChar(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.';
        static bool IsAuthorityChar(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or ':' or '[' or ']';
    }
}
