using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Latchkey.Tests.Worker;

/// <summary>
/// The built worker in its own process, under WorkerHost in another, as Azure and <c>func start</c> run it. Its settings
/// come from the environment and nowhere else.
/// </summary>
public sealed partial class WorkerProcess : IAsyncDisposable
{
    static readonly TimeSpan startPatience = TimeSpan.FromMinutes(2);
    static readonly TimeSpan endPatience = TimeSpan.FromSeconds(30);

    readonly Process host;
    readonly ConcurrentQueue<string> lines = new();

    WorkerProcess(Process host, string origin)
    {
        this.host = host;
        Http = new HttpClient(Secrets) { BaseAddress = new Uri(origin) };
        host.OutputDataReceived += Keep;
        host.ErrorDataReceived += Keep;
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
    }

    /// <summary>The connection string of its storage account (<see cref="Start"/>).</summary>
    public string Account { get; private set; } = "";

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Origin => Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <summary>Speaks to it; follows no redirect and keeps no cookie.</summary>
    public HttpClient Http { get; }

    /// <summary>The secrets that went over <see cref="Http"/>: none of them may be in the log.</summary>
    public SecretWatch Secrets { get; } = new();

    /// <summary>What host and worker have said so far.</summary>
    public IReadOnlyCollection<string> Log => lines;

    /// <summary>The host's exit code, once it has ended.</summary>
    public int ExitCode => host.ExitCode;

    /// <summary>
    /// Starts it in Development, with the demo data, on a storage account of its own, and waits until it is ready;
    /// <paramref name="settings"/> are added to (and win over) those of a test. Null removes one.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has ended; the message is all that it said.</exception>
    public static async Task<WorkerProcess> Start(params (string Name, string? Value)[] settings)
    {
        var origin = $"http://127.0.0.1:{Azurite.FreePort()}";
        var account = (await Azurite.Shared).NewAccount();
        (string, string?)[] all =
        [
            ("AZURE_FUNCTIONS_ENVIRONMENT", "Development"),
            ("Latchkey__Origin", origin),
            ("AzureWebJobsStorage", account),
            ("Latchkey__Storage__ConnectionString", account),
            ("Latchkey__Signing__Mode", "Local"),
            ("Latchkey__Signing__KeyFile", Path.Combine(Path.GetTempPath(), $"latchkey-keys-v2-{Environment.ProcessId}.json")),
            ("Latchkey__PasswordIterations", "1"),
            .. settings,
        ];
        var worker = Launch(origin, all);
        worker.Account = account;
        await worker.WaitUntilReady();
        return worker;
    }

    /// <summary>Starts it with these settings alone, and waits for nothing.</summary>
    public static WorkerProcess Launch(string origin, params (string Name, string? Value)[] settings)
    {
        // The tests' own output folder says how everything was built.
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var start = new ProcessStartInfo("dotnet", [
            Repository.Path($"tests/WorkerHost/bin/{built.Parent!.Name}/{built.Name}/WorkerHost.dll"), "--origin", origin])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // As for the tests' own process: what runs for some seconds does not earn back that it is watched and compiled again.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCountThreshold"] = "300"; // Hexadecimal.
        foreach (var (name, value) in settings)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }
        var worker = new WorkerProcess(Process.Start(start)!, origin);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => worker.Kill();
        return worker;
    }

    /// <summary>The worker's own process, which the host has logged; it may be over.</summary>
    public Process FindWorker()
    {
        var line = lines.Select(line => ProcessId().Match(line)).First(match => match.Success);
        return Process.GetProcessById(int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>Calls a timer function as an operator would, and waits until the host says that it has ended.</summary>
    public async Task RunTimer(string name)
    {
        int Times() => lines.Count(line => line.StartsWith($"Host: timer {name}", StringComparison.Ordinal));
        var before = Times();
        using var answer = await Http.PostAsync($"/admin/functions/{name}", null);
        answer.EnsureSuccessStatusCode();
        await Eventually.True(() => Task.FromResult(Times() > before));
    }

    /// <summary>Ends it as Azure ends an instance, and waits: what it had to write or send is written and sent.</summary>
    public async Task Terminate()
    {
        using var term = Process.Start("kill", ["-TERM", $"{host.Id}"]);
        await Ended();
    }

    /// <summary>Waits until it has ended by itself and all its output is in <see cref="Log"/>.</summary>
    public async Task Ended()
    {
        using var patience = new CancellationTokenSource(endPatience);
        await host.WaitForExitAsync(patience.Token);
    }

    /// <summary>Stops it, and searches all that it logged.</summary>
    /// <exception cref="LeakException">A line holds a token, a secret, a password, a code or a signature.</exception>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!host.HasExited) await Terminate();
        host.Dispose();
        LeakSearch.Search(lines, Secrets.Seen);
    }

    void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) lines.Enqueue(line.Data);
    }

    void Kill()
    {
        try
        {
            host.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    async Task WaitUntilReady()
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (host.HasExited || clock.Elapsed > startPatience)
            {
                Kill();
                throw new InvalidOperationException($"The worker did not start:\n{string.Join('\n', lines)}");
            }
            try
            {
                using var ready = await Http.GetAsync("/health/ready");
                if (ready.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }

    [GeneratedRegex(@"""ProcessId"": (\d+)")]
    private static partial Regex ProcessId();
}
