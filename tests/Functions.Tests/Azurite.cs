using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Latchkey.Tests;

/// <summary>
/// An Azurite of the tests' own on free ports, started and stopped by its process. Every host under test gets an
/// account of its own in it, so tests see nothing of each other.
/// </summary>
public sealed class Azurite : IDisposable
{
    const string Key = "bGF0Y2hrZXktdGVzdHMtYXp1cml0ZS1hY2NvdW50LWtleS1vZi0zMi1ieXRlcw=="; // Says what it is.
    const int Accounts = 1600;
    const int FirstPort = 12_000;
    const int PortCount = 20_000;

    const int HostsOfOne = 16;

    // Two: each works on one processor, and all tests wait for them. The second starts when there is much to do.
    static readonly Lazy<Task<Azurite>>[] SharedOnes = [new(() => Start(dataFolder: null)), new(() => Start(dataFolder: null))];
    static readonly ConcurrentDictionary<string, Azurite> untouched = []; // By the account's connection string.
    static int accounts;
    static int turns;
    static int ports = Random.Shared.Next(PortCount); // Test processes side by side begin in different places.

    /// <summary>What Node loads before it: each file says why. Some must come before others, hence by name.</summary>
    internal static IEnumerable<string> Preloads => Directory.GetFiles(Repository.Path("tests/azurite"), "*.cjs")
        .Order(StringComparer.Ordinal).SelectMany(file => new[] { "--require", file });

    readonly string? dataFolder;
    Process process;

    Azurite(string? dataFolder, int blobPort, int tablePort)
    {
        (this.dataFolder, BlobPort, TablePort) = (dataFolder, blobPort, tablePort);
        process = Launch();
    }

    public int BlobPort { get; }

    public int QueuePort { get; } = FreePort();

    public int TablePort { get; }

    /// <summary>One of those that all tests share, in memory; they end with the test process.</summary>
    public static Task<Azurite> Shared =>
        SharedOnes[Interlocked.Increment(ref turns) is > HostsOfOne and var turn ? turn % SharedOnes.Length : 0].Value;

    /// <summary>One that a test may kill; with a data folder it finds its data again.</summary>
    public static async Task<Azurite> Start(string? dataFolder)
    {
        var azurite = new Azurite(dataFolder, FreePort(), FreePort());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => azurite.Dispose();
        await azurite.WaitUntilUp();
        return azurite;
    }

    /// <summary>The connection string of an account that nobody else uses.</summary>
    public string NewAccount()
    {
        var number = Interlocked.Increment(ref accounts);
        if (number > Accounts) throw new InvalidOperationException("Raise Azurite.Accounts.");
        var name = $"account{number}";
        var account = $"DefaultEndpointsProtocol=http;AccountName={name};AccountKey={Key};"
            + $"BlobEndpoint=http://127.0.0.1:{BlobPort}/{name};QueueEndpoint=http://127.0.0.1:{QueuePort}/{name};"
            + $"TableEndpoint=http://127.0.0.1:{TablePort}/{name};";
        untouched[account] = this;
        return account;
    }

    /// <summary>The Azurite of an account, for its first host alone; null for later hosts, and if the account is not ours.</summary>
    public static Azurite? OfNew(string account) => untouched.TryRemove(account, out var azurite) ? azurite : null;

    /// <summary>
    /// Cuts it off while requests are under way. Azurite keeps its tables in memory and writes them every few seconds and
    /// at SIGTERM; a SIGKILL would lose what it has acknowledged, as the real service does not, so it is the last resort.
    /// </summary>
    public void Kill()
    {
        if (!OperatingSystem.IsWindows())
        {
            using var term = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            if (process.WaitForExit(TimeSpan.FromSeconds(15))) return;
        }
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Starts it again on the same ports and data.</summary>
    public async Task Restart()
    {
        process = Launch();
        await WaitUntilUp();
    }

    public void Dispose()
    {
        // It has no children. To kill a tree .NET stops each process first, and one was left like that when the tests ended meanwhile.
        if (!process.HasExited) process.Kill();
    }

    /// <summary>
    /// A port that was free a moment ago, and that neither this process gives out again nor the system to a client's end of
    /// a connection: those are above 32768 (Linux) or 49152.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static int FreePort()
    {
        for (var tries = 0; tries < PortCount; tries++)
        {
            var port = FirstPort + (int)((uint)Interlocked.Increment(ref ports) % PortCount);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
        throw new InvalidOperationException("No port is free.");
    }

    Process Launch()
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', Enumerable.Range(1, Accounts).Select(n => $"account{n}:{Key}"));
        var program = Repository.Path("tests/azurite/node_modules/azurite/dist/src/azurite.js");
        if (!File.Exists(program))
            throw new InvalidOperationException("Azurite is not installed: run `dotnet dev.cs test` once.");
        string[] arguments =
        [
            "--max-semi-space-size=64", // What a request leaves behind dies young: it need not be moved about first.
            .. Preloads, program,
            "--blobPort", $"{BlobPort}", "--tablePort", $"{TablePort}", "--queuePort", $"{QueuePort}",
            "--skipApiVersionCheck", "--disableTelemetry", "--silent",
            .. dataFolder is null ? (string[])["--inMemoryPersistence"] : ["--location", dataFolder],
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var started = Process.Start(start)!;
        started.OutputDataReceived += (_, _) => { };
        started.ErrorDataReceived += (_, line) => { if (line.Data is not null) Console.Error.WriteLine(line.Data); };
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    async Task WaitUntilUp()
    {
        var patience = Stopwatch.StartNew();
        while (!(await Answers(BlobPort) && await Answers(TablePort)))
        {
            if (process.HasExited || patience.Elapsed > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException("Azurite did not start.");
            await Task.Delay(100);
        }
    }

    static async Task<bool> Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
