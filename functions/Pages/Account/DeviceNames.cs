using Latchkey.Sessions;

namespace Latchkey.Pages;

/// <summary>Describes a device in words that its owner recognizes. It relies on the User-Agent header, which may be false.</summary>
public static class DeviceNames
{
    // The order matters, because browsers also name others: Edge names Chrome and Safari as well.
    static readonly (string Token, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    static readonly (string Token, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"), ("Windows", "Windows"),
        ("Macintosh", "Mac"), ("Mac OS X", "Mac"), ("Darwin/", "Apple device"), ("Linux", "Linux"), ("okhttp/", "Android"),
    ];

    /// <summary>The browser or app, and the kind of device.</summary>
    public static string Of(Device device)
    {
        var (browser, system) = (FirstMatch(Browsers, device.UserAgent), FirstMatch(Systems, device.UserAgent));
        return (browser, system) switch
        {
            ({ }, { }) => Strings.BrowserOn(browser, system),
            ({ }, null) => browser,
            (null, { }) => Strings.AppOn(system),
            _ => Strings.UnknownDevice,
        };
    }

    /// <summary>The network address, without the part that identifies a person.</summary>
    public static string Place(Device device) => device.Address.EndsWith(".0/24", StringComparison.Ordinal)
        ? $"{device.Address[..^5]}.*" : device.Address.Replace("::/64", ":*", StringComparison.Ordinal);

    static string? FirstMatch((string Token, string Name)[] known, string agent) =>
        Array.Find(known, entry => agent.Contains(entry.Token, StringComparison.Ordinal)).Name;
}
