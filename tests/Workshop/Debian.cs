namespace Latchkey.Workshop;

/// <summary>Debian's packages that tests need, one step at a time: two apts at once would wait for each other.</summary>
static class Debian
{
    const string Modules = "/usr/lib/python3/dist-packages";
    const string Kotlin = "/usr/bin/kotlinc";

    // Another apt may be at work on this machine, as it often is on one that has just started.
    static readonly string[] Apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"];

    static readonly SemaphoreSlim Turn = new(1);

    /// <summary>clamd, for the tests of malware scanning.</summary>
    public static Task EnsureClamd() => Ensure("the tests of malware scanning", "the tests with a real ClamAV are skipped until then",
        ("/usr/sbin/clamd", "clamav-daemon"));

    /// <summary>Kotlin's compiler, and Android's JSON library for the JVM, for the tests of clients/capacitor.</summary>
    public static Task EnsureKotlin() => Ensure("the tests of the Capacitor plugin",
        "the Kotlin of clients/capacitor is not compiled until then", (Kotlin, "kotlin"),
        ("/usr/share/java/json-android.jar", "libandroid-json-org-java"), (Kotlin, "default-jre-headless"));

    /// <summary>What the quickstarts in Python need; they are run by Debian's python3.</summary>
    public static Task EnsurePython() => Ensure("the quickstarts in Python", "these are skipped until then",
        ($"{Modules}/flask", "python3-flask"), ($"{Modules}/authlib", "python3-authlib"), ($"{Modules}/requests", "python3-requests"),
        ($"{Modules}/jwt", "python3-jwt"), ($"{Modules}/cryptography", "python3-cryptography"));

    /// <summary>Installs the packages whose files are missing if this user may; if not, says how to get them.</summary>
    static async Task Ensure(string why, string skipped, params (string File, string Package)[] needed)
    {
        var missing = needed.Where(each => !Path.Exists(each.File)).ToArray();
        if (missing.Length == 0)
            return;
        string[] packages = [.. missing.Select(each => each.Package)];
        if (!File.Exists("/usr/bin/apt-get"))
            Console.WriteLine($"No {string.Join(", ", missing.Select(each => each.File).Distinct())}, for {why}; {skipped}.");
        else if (await Root() is not { } root)
            Console.WriteLine($"Run `sudo apt-get install {string.Join(' ', packages)}`, for {why}; {skipped}.");
        else
            try
            {
                await Install(root, why, packages);
            }
            catch (Failure failure)
            {
                Console.WriteLine($"{failure.Message}\n{string.Join(", ", packages)} could not be installed; {skipped}.");
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
