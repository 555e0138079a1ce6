using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Latchkey.Workshop;

/// <summary>Processes, and long steps with something to look at meanwhile.</summary>
static class Shell
{
    static readonly CancellationTokenSource Source = new();
    static int spinning;

    public static readonly string Npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    /// <summary>Cancelled by Ctrl-C, SIGTERM or the terminal's end: whatever waits stops its child and returns.</summary>
    public static CancellationToken Stopping => Source.Token;

    public static PosixSignalRegistration StopOn(PosixSignal signal) =>
        PosixSignalRegistration.Create(signal, context => { context.Cancel = true; Source.Cancel(); });

    /// <summary>
    /// Does the work under a spinner, or between two plain lines where the output is not a terminal or another step has it.
    /// </summary>
    public static async Task Step(string what, Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        if (AnsiConsole.Profile.Capabilities.Interactive && Interlocked.CompareExchange(ref spinning, 1, 0) == 0)
        {
            try { await AnsiConsole.Status().StartAsync(Markup.Escape(what), _ => work()); }
            finally { spinning = 0; }
        }
        else
        {
            Console.WriteLine($"{what} ...");
            await work();
        }
        Console.WriteLine($"{what}: {clock.Elapsed.TotalSeconds:0.0} s");
    }

    /// <summary>Runs a command to its end and answers its exit code and all its output.</summary>
    public static async Task<(int Code, string Output)> Capture(string command, params string[] arguments)
    {
        var lines = new List<string>();
        await using var child = new Child(lines.Add, command, arguments);
        return (await child.Exit, string.Join('\n', lines));
    }

    /// <summary>Runs a command that must succeed; if it does not, its errors are the message.</summary>
    public static async Task Must(string command, params string[] arguments)
    {
        var (code, output) = await Capture(command, arguments);
        if (code != 0)
            throw new Failure($"{command} {string.Join(' ', arguments)} ended with {code}:\n{Errors(output)}");
    }

    /// <summary>The distinct error lines of MSBuild's or npm's output, or its end if it names none.</summary>
    public static string Errors(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.TrimEntries);
        var errors = lines.Where(line => Regex.IsMatch(line, @"\berror\b")).Distinct().Take(30);
        return string.Join('\n', errors.DefaultIfEmpty(string.Join('\n', lines.TakeLast(30))));
    }

    /// <summary>Installs what a package-lock.json names, unless that was done since the lock file changed. What is known of a package's
    /// version need not be asked for again: it does not change.</summary>
    public static async Task NpmInstall(string folder)
    {
        // npm writes this file last, so an install that was cut short is done again.
        var done = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (done.Exists && done.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
            return;
        await Step($"Installing {folder} from npm", () =>
            Must(Npm, "ci", "--prefix", folder, "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"));
    }
}
