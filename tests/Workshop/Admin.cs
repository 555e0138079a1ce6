using System.Diagnostics;

namespace Latchkey.Workshop;

/// <summary>
/// <c>dev.cs admin</c>: the command line of clients/cli. Unless the environment names a deployment, it talks to the running
/// service as the demo's operator, whose secret is public.
/// </summary>
static class Admin
{
    const string Project = "clients/cli/Latchkey.Cli.csproj";
    const string Built = "clients/cli/bin/Debug/net10.0/Latchkey.Cli.dll";

    /// <param name="args">As clients/cli reads them; before them <c>--host</c> and <c>--port</c> may name a service of this
    /// machine.</param>
    public static async Task<int> Run(string[] args)
    {
        var own = args.TakeWhile((one, at) => one.StartsWith('-') || (at > 0 && args[at - 1] is "--host" or "--port")).ToArray();
        var (named, others) = Instance.Take(own);
        await Build();
        var origin = named?.Origin ?? Environment.GetEnvironmentVariable("LATCHKEY_ORIGIN");
        using var process = Process.Start(Start([.. others, .. args[own.Length..]], origin, isOurs: named is not null))!;
        await process.WaitForExitAsync(Shell.Stopping);
        return process.ExitCode;
    }

    /// <summary>Runs it against a service of the tests', with lines for its standard input; its output.</summary>
    /// <exception cref="Failure">It was refused.</exception>
    public static async Task<string> Run(string origin, string input, params string[] args)
    {
        var start = Start(args, origin);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Shell.Stopping), process.StandardError.ReadToEndAsync(Shell.Stopping));
        await process.WaitForExitAsync(Shell.Stopping);
        return process.ExitCode == 0 ? await output : throw new Failure($"admin {string.Join(' ', args)}: {await error}");
    }

    /// <summary>Builds it, unless nothing has changed since.</summary>
    public static async Task Build()
    {
        var newest = Directory.GetFiles("clients/cli", "*.cs*").Max(File.GetLastWriteTimeUtc);
        if (File.Exists(Built) && File.GetLastWriteTimeUtc(Built) >= newest) return;
        await Feed.Restore();
        await Shell.Must("dotnet", "build", Project, "--no-restore");
    }

    static ProcessStartInfo Start(string[] args, string? origin, bool isOurs = false)
    {
        var start = new ProcessStartInfo("dotnet", [Built, .. args]);
        if (origin is not null) start.Environment["LATCHKEY_ORIGIN"] = origin;
        if (origin is not null && !isOurs && !new Uri(origin).IsLoopback) return start;
        start.Environment.TryAdd("LATCHKEY_ORIGIN", new Instance().Origin);
        if (start.Environment.TryAdd("LATCHKEY_CLIENT_ID", "service"))
            start.Environment["LATCHKEY_CLIENT_SECRET"] = "service-secret-for-local-runs-only";
        return start;
    }
}
