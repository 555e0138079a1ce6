namespace Latchkey.Workshop;

/// <summary>The sample app (clients/ionic-sample), and the two packages of this repository that it installs.</summary>
static class Sample
{
    public const string Folder = "clients/ionic-sample";
    public const string Origin = "http://localhost:8100"; // The demo tenants allow it, and their client `mobile` comes back to it.

    const string Plugin = "clients/capacitor";
    static readonly string[] Built = ["clients/js/dist", $"{Plugin}/dist"];

    /// <summary>Builds the packages and installs them, and builds the app for a tenant.</summary>
    /// <param name="issuer">The tenant's address, which stands in the built page.</param>
    public static async Task Build(string issuer)
    {
        await ClientLibrary.Ensure();
        await ClientLibrary.Build(Plugin);
        // npm packs the folders that are its packages and installs the copies. It does not notice by itself that they have changed.
        var done = $"{Folder}/node_modules/.package-lock.json";
        if (File.Exists(done) && Built.Any(folder => Newest(folder) > File.GetLastWriteTimeUtc(done)))
            File.Delete(done);
        await Shell.NpmInstall(Folder);
        await Shell.Step("Building the sample app", () => Npm(Folder, "build", ("VITE_ISSUER", issuer)));
    }

    /// <summary>Serves the built app at <see cref="Origin"/>, and lets the users of tenant demo have passkeys.</summary>
    /// <exception cref="Failure">Its port is taken.</exception>
    public static async Task Serve(Instance its)
    {
        var port = new Uri(Origin).Port;
        if (Ports.IsBusy(port))
            throw new Failure($"The sample app needs port {port}, but {await Ports.Holder(port)} listens on it. Stop it and try again.");
        if (its.Host is null) // Browsers make passkeys at https or localhost only.
        {
            await Admin.Build();
            await Admin.Run(its.Origin, "", "accounts", "set", "--passkeys", "true", "--tenant", "demo");
        }
        var log = new LogFile($"{its.Folder}/sample.log");
        var server = new Child(log.Write, "node", [$"{Folder}/node_modules/vite/bin/vite.js", "preview", Folder, "--host", "localhost"]);
        await Ports.Answer("The sample app", server, log, () => Task.FromResult(Ports.IsBusy(port)));
        Console.WriteLine($"The sample app is at {Origin}");
    }

    static DateTime Newest(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Max(File.GetLastWriteTimeUtc);

    static async Task Npm(string folder, string script, params (string, string)[] environment)
    {
        var lines = new List<string>();
        await using var npm = new Child(lines.Add, Shell.Npm, ["run", script, "--prefix", folder], environment);
        if (await npm.Exit != 0)
            throw new Failure($"npm run {script} of {folder} failed:\n{string.Join('\n', lines.TakeLast(30))}");
    }
}
