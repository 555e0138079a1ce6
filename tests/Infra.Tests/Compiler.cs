using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>
/// The genuine Bicep compiler (NuGet's Azure.Bicep.CommandLine), as one process for the whole run: <c>bicep jsonrpc</c> does
/// what <c>build</c>, <c>build-params</c>, <c>lint</c>, <c>format</c> and <c>snapshot</c> do, without loading Azure's types anew
/// for each file. Messages are JSON-RPC 2.0 with a Content-Length header. It asks nothing of the network: no module is remote.
/// </summary>
internal sealed class Compiler
{
    private const int MillisecondsToStart = 60_000;

    private static readonly Lazy<Compiler> Started = new(() => new Compiler());

    private static readonly ConcurrentDictionary<string, Lazy<Compiled>> Known = new(StringComparer.Ordinal);

    private readonly Lock _turn = new();

    private readonly Process _process;

    private int _last;

    private Compiler()
    {
        var start = new ProcessStartInfo(Path!, ["jsonrpc", "--stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"; // Not every machine has ICU.
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        start.Environment.Remove("LATCHKEY_OPERATOR_SECRET_HASH");
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        // It ends by itself when its input does, even if this process is killed.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _process.StandardInput.Close();
    }

    /// <summary>Where the program is, or null where the package has none for this platform.</summary>
    public static string? Path { get; } = typeof(Compiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .SingleOrDefault(attribute => attribute.Key == "BicepCompiler")?.Value;

    /// <summary>What <c>azd</c>, or whoever runs <c>az</c>, exports.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string> { ["AZURE_ENV_NAME"] = "dev", ["AZURE_LOCATION"] = "westeurope" };

    /// <summary>Compiles a .bicep or .bicepparam file, with the linter of its bicepconfig.json; a file of infra/ once.</summary>
    public static Compiled Compile(string path) => path.StartsWith(Repository.At("infra/"), StringComparison.Ordinal)
        ? Known.GetOrAdd(path, file => new(() => CompileAnew(file))).Value
        : CompileAnew(path);

    private static Compiled CompileAnew(string path)
    {
        var isParameters = path.EndsWith(".bicepparam", StringComparison.Ordinal);
        var answer = isParameters
            ? Started.Value.Ask("bicep/compileParams", new() { ["path"] = path, ["parameterOverrides"] = new JsonObject() })
            : Started.Value.Ask("bicep/compile", new() { ["path"] = path });
        var said = answer["diagnostics"]!.AsArray().Select(one =>
            new Diagnostic((string)one!["source"]!, 1 + (int)one["range"]!["start"]!["line"]!, (string)one["level"]!, (string)one["code"]!,
                (string)one["message"]!));
        return new Compiled((string?)answer[isParameters ? "template" : "contents"], [.. said]);
    }

    /// <summary>The file's text as the formatter writes it.</summary>
    public static string Format(string path) => (string)Started.Value.Ask("bicep/format", new() { ["path"] = path })["contents"]!;

    /// <summary>What a deployment with a parameter file would make, as far as it is known beforehand (<c>bicep snapshot</c>).</summary>
    /// <exception cref="CompilerException">The template calls <c>fail()</c>, or can't be evaluated.</exception>
    public static JsonNode Snapshot(string path, string subscription)
    {
        var answer = Started.Value.Ask("bicep/getSnapshot", new()
        {
            ["path"] = path,
            ["metadata"] = new JsonObject
            {
                ["tenantId"] = "0d6e2f0a-1b57-4c0e-9f43-1b7c0c1fb0a5",
                ["subscriptionId"] = subscription,
                ["location"] = "westeurope",
                ["deploymentName"] = "latchkey",
            },
            ["externalInputs"] = new JsonArray(),
        });
        return JsonNode.Parse((string)answer["snapshot"]!)!;
    }

    private JsonNode Ask(string method, JsonObject parameters)
    {
        lock (_turn)
        {
            var id = ++_last;
            var body = Encoding.UTF8.GetBytes(
                new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString());
            var input = _process.StandardInput.BaseStream;
            input.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n")));
            input.Write(body);
            input.Flush();
            using var watch = new Timer(_ => _process.Kill(), null, MillisecondsToStart, Timeout.Infinite);
            var answer = JsonNode.Parse(Read(_process.StandardOutput.BaseStream))!;
            if (answer["error"] is { } error)
                throw new CompilerException((string?)(error["data"] as JsonObject)?["message"] ?? (string?)error["message"] ?? method);
            return answer["result"]!;
        }
    }

    private static byte[] Read(Stream output)
    {
        var length = 0;
        for (var line = ReadLine(output); line.Length > 0; line = ReadLine(output))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line["Content-Length:".Length..], CultureInfo.InvariantCulture);
        }
        var body = new byte[length];
        output.ReadExactly(body);
        return body;
    }

    private static string ReadLine(Stream output)
    {
        var line = new StringBuilder();
        while (true)
        {
            var next = output.ReadByte();
            if (next < 0) throw new CompilerException("The compiler ended.");
            if (next == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)next);
        }
    }
}

/// <summary>What the compiler made of a file.</summary>
/// <param name="Template">ARM JSON; null when there are errors.</param>
/// <param name="Said">Errors and warnings, the linter's too: a template of ours has none.</param>
internal sealed record Compiled(string? Template, IReadOnlyList<Diagnostic> Said);

/// <summary>An error or a warning.</summary>
internal sealed record Diagnostic(string File, int Line, string Level, string Code, string Message)
{
    public override string ToString() => $"{File}({Line}) {Level} {Code}: {Message}";
}

/// <summary>The compiler could not do it; the message is its own.</summary>
internal sealed class CompilerException(string message) : Exception(message);

/// <summary>A test that needs the compiler: skipped, with the reason, where the package has none.</summary>
internal sealed class CompilerFactAttribute : FactAttribute
{
    internal const string Unserved = "Azure.Bicep.CommandLine is referenced for linux-x64 only: the templates are not compiled here.";

    public CompilerFactAttribute()
    {
        if (Compiler.Path is null) Skip = Unserved;
    }
}

/// <summary>As <see cref="CompilerFactAttribute"/>, for a theory.</summary>
internal sealed class CompilerTheoryAttribute : TheoryAttribute
{
    public CompilerTheoryAttribute()
    {
        if (Compiler.Path is null) Skip = CompilerFactAttribute.Unserved;
    }
}
