using System.Collections.Concurrent;
using System.Diagnostics;

namespace Latchkey.Tests.Telemetry;

/// <summary>
/// LocalHost in a process of its own, as an operator runs it: settings come from the environment, and nothing else in the
/// process measures along.
/// </summary>
sealed class ChildHost : IAsyncDisposable
{
    readonly Process process;
    readonly ConcurrentQueue<string> lines = new();

    ChildHost(Process process, string origin)
    {
        this.process = process;
        Http = new HttpClient(Secrets) { BaseAddress = new Uri(origin) };
    }

    public SecretWatch Secrets { get; } = new();

    public HttpClient Http { get; }

    /// <summary>What it wrote to its console.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    public static async Task<ChildHost> Start(params (string Name, string Value)[] settings)
    {
        var origin = $"http://127.0.0.1:{Azurite.FreePort()}";
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(LocalHost.LocalApp).Assembly.Location])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var all = new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = origin,
            ["Latchkey__Origin"] = origin,
            ["Latchkey__Storage__ConnectionString"] = (await Azurite.Shared).NewAccount(),
            ["Latchkey__Signing__Mode"] = "Local",
            ["Latchkey__Signing__KeyFile"] = Path.Combine(Path.GetTempPath(), $"latchkey-keys-v2-{Environment.ProcessId}.json"),
            ["Latchkey__PasswordIterations"] = "1000",
        };
        foreach (var (name, value) in settings) all[name] = value;
        foreach (var (name, value) in all) start.Environment[name] = value;
        var host = new ChildHost(Process.Start(start)!, origin);
        host.process.OutputDataReceived += (_, line) => host.lines.Enqueue(line.Data ?? "");
        host.process.ErrorDataReceived += (_, line) => host.lines.Enqueue(line.Data ?? "");
        host.process.BeginOutputReadLine();
        host.process.BeginErrorReadLine();
        await host.WaitUntilReady();
        return host;
    }

    /// <summary>Ends it as Azure ends an instance, and waits: what it had to send is sent.</summary>
    public async Task Terminate()
    {
        using var term = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    async Task WaitUntilReady()
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var ready = await Http.GetAsync("/health/ready");
                if (ready.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // It does not listen yet.
            }
            if (patience.Elapsed > TimeSpan.FromMinutes(1)) throw new InvalidOperationException(string.Join('\n', lines));
            await Task.Delay(100);
        }
    }
}
