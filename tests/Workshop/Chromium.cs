namespace Latchkey.Workshop;

/// <summary>The Chromium that the page tests drive: <c>CHROMIUM</c> names it, unless it is Debian's, best without a desktop.</summary>
static class Chromium
{
    const string Package = "chromium-headless-shell";
    const string Usual = $"/usr/bin/{Package}";
    const string Desktop = "/usr/bin/chromium"; // Does as well, at twice the processor time.
    const string Tests = "the page tests are skipped until then";
    // Another apt may be at work on this machine, as it often is on one that has just started.
    static readonly string[] Apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"];

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
        else if (await Root() is { } root)
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

    // What to put before a command so that root runs it; null if nothing does without a password.
    static async Task<string[]?> Root()
    {
        if (Environment.IsPrivilegedProcess)
            return [];
        try
        {
            return (await Shell.Capture("sudo", "-n", "true")).Code == 0 ? ["sudo", "-n"] : null;
        }
        catch (Failure)
        {
            return null;
        }
    }

    static async Task Install(string[] root, string? named, string[] packages)
    {
        try
        {
            await Shell.Step($"Installing Debian's {string.Join(" and ", packages)} for the page tests", async () =>
            {
                await Run([.. root, .. Apt, "update"]);
                foreach (var package in packages) // One that there is not must not keep the other out.
                    await Run([.. root, .. Apt, "install", "-y", "--no-install-recommends", package]);
            });
        }
        catch (Failure failure)
        {
            SayMissing(named, $"{failure.Message}\n{Package} could not be installed");
            return;
        }
        SayMissing(named, $"The package has no {Usual}: install Chrome and set CHROMIUM to its program"); // As on Ubuntu, outside snap.
    }

    static Task Run(string[] command) => Shell.Must(command[0], command[1..]);
}
