namespace Latchkey.Workshop;

/// <summary>The storage emulator, from npm.</summary>
static class Azurite
{
    public const string Folder = "tests/azurite";
    public const string Account = "devstoreaccount1";
    static readonly string[] Names = ["Blob", "Queue", "Table"];

    /// <summary>Starts Azurite on three ports of 127.0.0.1 and returns once all of them answer.</summary>
    public static async Task<Child> Start(int[] ports, string[] options, params (string, string)[] environment)
    {
        var log = new LogFile(".local/azurite.log");
        var where = Names.Zip(ports, (name, port) => (string[])[$"--{name.ToLowerInvariant()}Host", "127.0.0.1", $"--{name.ToLowerInvariant()}Port", $"{port}"]).SelectMany(option => option);
        var azurite = new Child(log.Write, "node",
            [$"{Folder}/node_modules/azurite/dist/src/azurite.js", "--silent", "--skipApiVersionCheck", "--disableTelemetry", .. where, .. options], environment);
        await Ports.Answer("Azurite", azurite, log, () => Task.FromResult(ports.All(Ports.IsBusy)));
        return azurite;
    }

    public static string ConnectionString(int[] ports, string key) => $"AccountName={Account};AccountKey={key};"
        + string.Concat(Names.Zip(ports, (name, port) => $"{name}Endpoint=http://127.0.0.1:{port}/{Account};"));

    /// <summary>Azurite on the usual ports: the one that is running (null) or a new one that keeps its data in .local/azurite.</summary>
    public static async Task<Child?> UseOrStart()
    {
        int[] ports = [10000, 10001, 10002];
        var busy = ports.Where(Ports.IsBusy).ToArray();
        if (busy.Length == 0)
            return await Start(ports, ["--location", ".local/azurite"]);
        using var http = new HttpClient();
        using var answer = busy.Length == 3 ? await http.GetAsync("http://127.0.0.1:10000/", Shell.Stopping) : null;
        if (answer?.Headers.Server.ToString().StartsWith("Azurite", StringComparison.Ordinal) == true)
            return null;
        throw new Failure($"Azurite needs the ports 10000, 10001 and 10002, but {await Ports.Holder(busy[0])} listens on {busy[0]}. Stop it and try again.");
    }
}
