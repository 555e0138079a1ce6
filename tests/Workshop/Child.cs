using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Latchkey.Workshop;

/// <summary>A child process. Each line that it prints goes to <c>line</c>; disposing it stops it, by its id.</summary>
public sealed class Child : IAsyncDisposable
{
    static readonly ConcurrentDictionary<Child, bool> Running = [];
    readonly Process process;

    public Child(Action<string> line, string command, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en"; // The restore's messages are read below.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // Nothing that this tool starts outlives it.
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        DataReceivedEventHandler print = (_, received) => { if (received.Data is { } text) lock (process) line(text); };
        process.OutputDataReceived += print;
        process.ErrorDataReceived += print;
        try { process.Start(); }
        catch (Win32Exception) { throw new Failure($"{command} was not found: is it installed and on the PATH?"); }
        Running[this] = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exit = Ended();
    }

    /// <summary>The exit code, once all output has been read. Cancelled when the tool itself is told to stop.</summary>
    public Task<int> Exit { get; }

    async Task<int> Ended()
    {
        await process.WaitForExitAsync(Shell.Stopping);
        return process.ExitCode;
    }

    /// <summary>Stops whatever is still running: the tool's last act, however it ends.</summary>
    public static Task StopAll() => Task.WhenAll(Running.Keys.Select(child => child.DisposeAsync().AsTask()));

    public async ValueTask DisposeAsync()
    {
        if (!Running.TryRemove(this, out _))
            return;
        if (!process.HasExited && !OperatingSystem.IsWindows())
        {
            // .NET can only kill; Azurite has to write its tables down first.
            using var terminate = Process.Start("sh", ["-c", $"kill -TERM {process.Id} 2>/dev/null"]);
            for (var wait = 0; wait < 100 && !process.HasExited; wait++)
                await Task.Delay(50, CancellationToken.None);
        }
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
