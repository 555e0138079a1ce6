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

    /// <summary>Installs the package if it is missing and this user may; if not, and there is no Chromium, says how to get it.</summary>
    public static async Task Ensure()
    {
        var named = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } text ? text : null;
        if (File.Exists(named ?? Usual))
            return;
        if (named is not null)
            Console.WriteLine($"CHROMIUM names {named}, which does not exist; {Tests}.");
        else if (!File.Exists("/usr/bin/apt-get"))
            SayMissing($"No {Usual}: install Chromium or Chrome and set CHROMIUM to its program");
        else if (await Root() is { } root)
            await Install(root);
        else
            SayMissing($"No {Usual}: run `sudo apt-get install {Package}`, or set CHROMIUM");
    }

    static void SayMissing(string text)
    {
        if (!File.Exists(Desktop))
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

    static async Task Install(string[] root)
    {
        try
        {
            await Shell.Step($"No {Usual}: installing Debian's package for the page tests", async () =>
            {
                await Run([.. root, .. Apt, "update"]);
                await Run([.. root, .. Apt, "install", "-y", "--no-install-recommends", Package]);
            });
        }
        catch (Failure failure)
        {
            SayMissing($"{failure.Message}\n{Package} could not be installed");
            return;
        }
        if (!File.Exists(Usual)) // Ubuntu has no such program outside snap.
            SayMissing($"The package has no {Usual}: install Chrome and set CHROMIUM to its program");
    }

    static Task Run(string[] command) => Shell.Must(command[0], command[1..]);
}
