using System.Reflection;

namespace Latchkey.Bench.Servers;

/// <summary>The servers that are measured: Latchkey in both of its hosts, and what stands beside it.</summary>
static class Kinds
{
    public const string Worker = "worker";
    public const string Local = "LocalHost";
    public const string Memory = "oidc-provider, memory";
    public const string Tables = "oidc-provider, tables";
    public const string OpenIddict = "OpenIddict, SQLite";
    public const string Tus = "@tus/server, disk";
    public const string Empty = "empty endpoint";
    public const string Row = "one row, by hand";

    /// <summary>The key of every account in the bench's own Azurite: says what it is.</summary>
    public const string AccountKey = "bGF0Y2hrZXktYmVuY2gtYXp1cml0ZS1hY2NvdW50LWtleS1vZi0zMi1ieXRlcw==";

    static readonly string Self = Assembly.GetExecutingAssembly().Location;

    public static readonly string[] Accounts = ["worker", "localhost", "tables", "row"];

    /// <summary>All of them, with their storage on these ports.</summary>
    public static IReadOnlyList<ServerKind> All(int[] ports)
    {
        var ours = new OpenIdWords("/demo/oauth/token", "/demo/oauth/authorize", "service-secret-for-local-runs-only",
            "web-secret-for-local-runs-only");
        var theirs = new OpenIdWords("/token", "/auth", "service-secret", "web-secret");
        const string discovery = "/.well-known/openid-configuration";
        return
        [
            new(Worker, "Latchkey", origin => WorkerLaunch(origin, Storage(ports, "worker")))
            {
                Account = "worker", ReadyPath = "/health/ready", OpenId = ours, IsOurs = true,
            },
            new(Local, "Bench", origin => LocalLaunch(origin, Storage(ports, "localhost")))
            {
                Account = "localhost", ReadyPath = "/health/ready", OpenId = ours, IsOurs = true,
            },
            new(Memory, "oidc", origin => Node("oidc.js", origin, "memory")) { ReadyPath = discovery, OpenId = theirs },
            new(Tables, "oidc", origin => Node("oidc.js", origin, "tables") with { Environment = [("STORAGE", Storage(ports, "tables"))] })
            {
                Account = "tables", ReadyPath = discovery, OpenId = theirs,
            },
            new(OpenIddict, "Bench", origin =>
                new(["dotnet", Self, "openiddict", origin, Path.GetFullPath($"{Paths.Local}/openiddict.db")]))
            {
                ReadyPath = discovery, OpenId = theirs with { WebSecret = null },
            },
            new(Tus, "tus", origin => Node("tus.js", origin, Path.GetFullPath($"{Paths.Local}/tus"))),
            new(Empty, "Bench", origin => new(["dotnet", Self, "empty", origin])),
            new(Row, "Bench", origin => new(["dotnet", Self, "row", origin, Storage(ports, "row")])) { Account = "row" },
        ];
    }

    static string Storage(int[] ports, string account) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={AccountKey};BlobEndpoint=http://127.0.0.1:{ports[0]}/{account};"
            + $"QueueEndpoint=http://127.0.0.1:{ports[1]}/{account};TableEndpoint=http://127.0.0.1:{ports[2]}/{account};";

    static Launch Node(string file, string origin, params string[] arguments) =>
        new(["node", $"{Peers.Folder}/{file}", $"{new Uri(origin).Port}", .. arguments]);

    static Launch WorkerLaunch(string origin, string storage) =>
        new(["dotnet", "tests/WorkerHost/bin/Release/net10.0/WorkerHost.dll", "--origin", origin], Settings(origin, storage, "worker"));

    // With the worker's own runtime configuration.
    static Launch LocalLaunch(string origin, string storage) => new(
        ["dotnet", "exec", "--runtimeconfig", "functions/bin/Release/net10.0/Latchkey.runtimeconfig.json", Self, "local", origin],
        Settings(origin, storage, "localhost"));

    static (string, string)[] Settings(string origin, string storage, string name) =>
    [
        ("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated"),
        ("AZURE_FUNCTIONS_ENVIRONMENT", "Development"),
        ("AzureWebJobsStorage", storage),
        ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "33554432"),
        ("Latchkey__Origin", origin),
        ("Latchkey__Storage__ConnectionString", storage),
        ("Latchkey__Signing__Mode", "Local"),
        ("Latchkey__Signing__KeyFile", Path.GetFullPath($"{Paths.Local}/{name}-keys.json")),
        ("Logging__LogLevel__Default", "Warning"), // As the others log.
    ];
}
