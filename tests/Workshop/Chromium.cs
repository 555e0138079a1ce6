namespace Latchkey.Workshop;

/// <summary>The Chromium that the page tests drive: <c>CHROMIUM</c> names it, unless it is Debian's, best without a desktop.</summary>
static class Chromium
{
    const string Package = "chromium-headless-shell";
    const string Usual = $"/usr/bin/{Package}";
    const string Desktop = "/usr/bin/chromium"; // Does as well, at twice the processor time.
    const string Tests = "the page tests are skipped until then";

    // With it Japanese and Chinese are letters and not boxes, which have other widths.
    const string FontPackage = "fonts-droid-fallback";
    const string Font = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf";

    /// <summary>Installs what is missing if this user may; if not, and there is no Chromium, says how to get it.</summary>
    public static async Task Ensure()
    {
        var named = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } text ? text : null;
        if (named is not null && !File.Exists(named))
        {
            Console.WriteLine($"CHROMIUM names {named}, which does not exist; {Tests}.");
            return;
        }
        string[] missing = [.. Missing(named ?? Usual, Package), .. Missing(Font, FontPackage)];
        if (missing.Length == 0)
            return;
        if (!File.Exists("/usr/bin/apt-get"))
            SayMissing(named, $"No {Usual}: install Chromium or Chrome and set CHROMIUM to its program");
        else if (await Debian.Root() is { } root)
            await Install(root, named, missing);
        else
            SayMissing(named, $"No {Usual}: run `sudo apt-get install {Package}`, or set CHROMIUM");
    }

    static string[] Missing(string file, string package) => File.Exists(file) ? [] : [package];

    static void SayMissing(string? named, string text)
    {
        if (named is null && !File.Exists(Usual) && !File.Exists(Desktop))
            Console.WriteLine($"{text}; {Tests}.");
    }

    static async Task Install(string[] root, string? named, string[] packages)
    {
        try
        {
            await Debian.Install(root, "the page tests", packages);
        }
        catch (Failure failure)
        {
            SayMissing(named, $"{failure.Message}\n{Package} could not be installed");
            return;
        }
        SayMissing(named, $"The package has no {Usual}: install Chrome and set CHROMIUM to its program"); // As on Ubuntu, outside snap.
    }
}
