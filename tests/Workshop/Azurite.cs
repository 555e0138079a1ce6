namespace Latchkey.Workshop;

/// <summary>The storage emulator, from npm.</summary>
static class Azurite
{
    public const string Folder = "tests/azurite";
    public const string Account = "devstoreaccount1";

    // For hosts within the tests' process alone: one makes copies for them, one ends with the process at the other end of Azurite's input.
    static readonly string[] ForTestHosts = ["copied-accounts.cjs", "exit-with-parent.cjs"];

    // Each says why; some must come before others, hence by name.
    static IEnumerable<string> Preloads => Directory.GetFiles(Folder, "*.cjs").Order(StringComparer.Ordinal)
        .Where(file => !ForTestHosts.Contains(Path.GetFileName(file))).SelectMany(file => new[] { "--require", Path.GetFullPath(file) });

    /// <summary>Starts Azurite on three ports of 127.0.0.1 and returns once all of them answer.</summary>
    public static async Task<Child> Start(int[] ports, LogFile log, string[] options, params (string, string)[] environment)
    {
        string[] where = ["--blobPort", $"{ports[0]}", "--queuePort", $"{ports[1]}", "--tablePort", $"{ports[2]}"]; // On 127.0.0.1.
        var azurite = new Child(log.Write, "node",
            ["--max-semi-space-size=64", // What a request leaves behind dies young: it need not be moved about first.
                .. Preloads, $"{Folder}/node_modules/azurite/dist/src/azurite.js", "--silent", "--skipApiVersionCheck",
                "--disableTelemetry", .. where, .. options], environment);
        await Ports.Answer("Azurite", azurite, log, () => Task.FromResult(ports.All(Ports.IsBusy)));
        return azurite;
    }

    /// <param name="ports">Of blobs, queues and tables.</param>
    /// <param name="key">The account's key.</param>
    /// <param name="blobs">The address where blobs are: the only part that apps reach.</param>
    public static string ConnectionString(int[] ports, string key, string blobs = "127.0.0.1") =>
        $"AccountName={Account};AccountKey={key};BlobEndpoint=http://{blobs}:{ports[0]}/{Account};"
        + $"QueueEndpoint=http://127.0.0.1:{ports[1]}/{Account};TableEndpoint=http://127.0.0.1:{ports[2]}/{Account};";

    /// <summary>An instance's Azurite: a new one that keeps its data in the instance's folder, or, at the usual place, the one that is
    /// running already (null).</summary>
    /// <param name="its">The instance.</param>
    /// <param name="key">The account's key, base64; null: the usual one.</param>
    public static async Task<Child?> UseOrStart(Instance its, string? key)
    {
        var busy = its.Azurite.Where(Ports.IsBusy).ToArray();
        if (busy.Length == 0)
            return await Start(its.Azurite, new LogFile($"{its.Folder}/azurite.log"),
                ["--blobHost", its.Address, "--location", $"{its.Folder}/azurite"],
                key is null ? [] : [("AZURITE_ACCOUNTS", $"{Account}:{key}")]);
        using var http = new HttpClient();
        using var answer = busy.Length == 3 && its == new Instance() ? await http.GetAsync($"{its.UploadOrigin}/", Shell.Stopping) : null;
        if (answer?.Headers.Server.ToString().StartsWith("Azurite", StringComparison.Ordinal) == true)
            return null;
        throw new Failure($"Azurite needs the ports {its.Azurite[0]}, {its.Azurite[1]} and {its.Azurite[2]}, but "
            + $"{await Ports.Holder(busy[0])} listens on {busy[0]}. Stop it, or take other ports: "
            + $"dotnet dev.cs up --port {LocalData.Beside(its)}");
    }
}
