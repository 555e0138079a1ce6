namespace Latchkey.Workshop;

/// <summary>Debian's packages that tests need, one step at a time: two apts at once would wait for each other.</summary>
static class Debian
{
    const string Clamd = "/usr/sbin/clamd";
    const string ClamdPackage = "clamav-daemon";

    // Another apt may be at work on this machine, as it often is on one that has just started.
    static readonly string[] Apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"];

    static readonly SemaphoreSlim Turn = new(1);

    /// <summary>Installs clamd for the tests of malware scanning if this user may; if not, says how to get it.</summary>
    public static Task EnsureClamd() =>
        Ensure(Clamd, "the tests of malware scanning", "the tests with a real ClamAV are skipped until then", ClamdPackage);

    /// <summary>Installs Kotlin's compiler, and Android's JSON library for the JVM, for the tests of clients/capacitor.</summary>
    public static Task EnsureKotlin() => Ensure("/usr/bin/kotlinc", "the tests of the Capacitor plugin",
        "the Kotlin of clients/capacitor is not compiled until then", "kotlin", "libandroid-json-org-java", "default-jre-headless");

    static async Task Ensure(string file, string why, string skipped, params string[] packages)
    {
        var names = string.Join(' ', packages);
        if (File.Exists(file))
            return;
        if (!File.Exists("/usr/bin/apt-get"))
            Console.WriteLine($"No {file}, which Debian has in {packages[0]}; {skipped}.");
        else if (await Root() is not { } root)
            Console.WriteLine($"No {file}: run `sudo apt-get install {names}`; {skipped}.");
        else
            try
            {
                await Install(root, why, packages);
            }
            catch (Failure failure)
            {
                Console.WriteLine($"{failure.Message}\n{names} could not be installed; {skipped}.");
            }
    }

    /// <summary>Installs packages; a failure of one keeps those behind it out.</summary>
    public static async Task Install(string[] root, string why, params string[] packages)
    {
        await Turn.WaitAsync();
        try
        {
            await Shell.Step($"Installing Debian's {string.Join(" and ", packages)} for {why}", async () =>
            {
                await Run([.. root, .. Apt, "update"]);
                foreach (var package in packages)
                    await Run([.. root, .. Apt, "install", "-y", "--no-install-recommends", package]);
            });
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>What to put before a command so that root runs it; null if nothing does without a password.</summary>
    public static async Task<string[]?> Root()
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

    static Task Run(string[] command) => Shell.Must(command[0], command[1..]);
}
