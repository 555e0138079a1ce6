using Latchkey.Sessions;


namespace Latchkey.Pages;

/// <summary>A device in words that its owner recognizes, from what it says about itself; it may say anything.</summary>
public static class DeviceNames
{
    // Each names what comes after it too: an Edge also says Chrome and Safari.
    static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"), ("Windows", "Windows"),
        ("Macintosh", "Mac"), ("Mac OS X", "Mac"), ("Darwin/", "Apple device"), ("Linux", "Linux"), ("okhttp/", "Android"),
    ];

    /// <summary>The browser or app, and the kind of device.</summary>
    public static string Of(Device device)
    {
        var (browser, system) = (First(Browsers, device.UserAgent), First(Systems, device.UserAgent));
        return (browser, system) switch
        {
            ({ }, { }) => Strings.BrowserOn(browser, system),
            ({ }, null) => browser,
            (null, { }) => Strings.AppOn(system),
            _ => Strings.UnknownDevice,
        };
    }

    /// <summary>The network, without the part that is one person's.</summary>
    public static string Place(Device device) => device.Address.EndsWith(".0/24", StringComparison.Ordinal)
        ? $"{device.Address[..^5]}.*" : device.Address.Replace("::/64", ":*", StringComparison.Ordinal);

    static string? First((string Mark, string Name)[] known, string agent) =>
        Array.Find(known, one => agent.Contains(one.Mark, StringComparison.Ordinal)).Name;
}
