using System.Runtime.InteropServices;

namespace Latchkey.Workshop;

/// <summary>
/// The C# compiler's own server for one build. A compiler of its own for each project compiles itself first, which takes longer than
/// most of the projects. This server is no other's, so that it can be stopped: the usual one would outlive the tool.
/// </summary>
static class Compiler
{
    static readonly string Pipe = $"latchkey-{Environment.ProcessId}";

    /// <summary>What tells the build to use the server.</summary>
    public static string[] Options => ["-p:UseSharedCompilation=true", $"-p:SharedCompilationId={Pipe}"];

    /// <summary>Starts the server; null if the SDK does not have it where we look, and then the build does without.</summary>
    public static async Task<Child?> Start()
    {
        var (_, version) = await Shell.Capture("dotnet", "--version"); // Of the SDK that global.json chooses.
        var sdk = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../sdk", version.Trim());
        var server = Path.Combine(sdk, "Roslyn/bincore/VBCSCompiler.dll");
        // A larger nursery, so that less is looked through again and again; and what is called 256 times is compiled anew at once (the
        // numbers are hexadecimal): it works hard from its first second on.
        return File.Exists(server) ? new Child(_ => { }, "dotnet", [server, $"-pipename:{Pipe}"],
            ("DOTNET_GCgen0size", "10000000"), ("DOTNET_gcConcurrent", "0"),
            ("DOTNET_TC_CallCountThreshold", "100"), ("DOTNET_TC_CallCountingDelayMs", "0")) : null;
    }
}
