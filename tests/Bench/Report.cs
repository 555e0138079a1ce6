using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Bench.Load;
using Latchkey.Bench.Operations;
using Latchkey.Bench.Servers;
using Latchkey.Workshop;

namespace Latchkey.Bench;

/// <summary>Collects the figures, says them as they come, and makes the table: ratios first.</summary>
sealed class Report(Options options)
{
    const string Opening = "<!-- dotnet dev.cs bench --write begins here -->";
    const string Closing = "<!-- and ends here -->";

    static readonly string[] oidcPeers = [Kinds.Memory, Kinds.Tables, Kinds.OpenIddict, Kinds.Row, Kinds.Empty];

    readonly Dictionary<(string Operation, string Server), List<Window>> windows = [];
    readonly Dictionary<string, List<double>> starts = [];
    readonly List<string> faults = [];
    readonly string loadBefore = LoadAverage();
    readonly string yardsticks = Yardsticks();

    /// <summary>True if nothing failed and nothing was left out.</summary>
    public bool IsWhole => faults.Count == 0;

    public void Add(Operation operation, ServerKind kind, Window window)
    {
        if (!windows.TryGetValue((operation.Name, kind.Name), out var its)) windows[(operation.Name, kind.Name)] = its = [];
        its.Add(window);
        Console.WriteLine($"{operation.Name} · {kind.Name}: {window.CpuPerRun:0} µs, {window.Runs} times in {window.Seconds:0.0} s");
    }

    public void AddStart(string server, double milliseconds)
    {
        if (!starts.TryGetValue(server, out var its)) starts[server] = its = [];
        its.Add(milliseconds);
        Console.WriteLine($"{Names.Start} · {server}: {milliseconds:0} ms");
    }

    public void Fail(string operation, string server, string why) => Note($"{operation} · {server} failed: {why}");

    public void LeaveOut(string server, string why) => Note($"{server} is left out: {why}");

    /// <summary>Prints the table, and puts it where it belongs.</summary>
    public async Task Publish()
    {
        var table = await Table();
        Console.WriteLine($"\n{table}");
        await File.WriteAllTextAsync($"{Paths.Local}/benchmarks.md", table);
        Console.WriteLine($"Written to {Paths.Local}/benchmarks.md.");
        if (!options.Write) return;
        var page = await File.ReadAllTextAsync(Paths.Page);
        var (begin, end) = (page.IndexOf(Opening, StringComparison.Ordinal), page.IndexOf(Closing, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new Failure($"{Paths.Page} has no place for the table.");
        await File.WriteAllTextAsync(Paths.Page, $"{page[..begin]}{Opening}\n\n{table}\n{page[end..]}");
        Console.WriteLine($"Written to {Paths.Page}.");
    }

    void Note(string fault)
    {
        faults.Add(fault.Split('\n')[0]);
        Console.WriteLine(fault);
    }

    async Task<string> Table()
    {
        var text = new StringBuilder();
        text.Append(await Conditions()).Append('\n');
        Section(text, "### Ratios", Ratios());
        Section(text, "### Start to first token", StartRows());
        Section(text, "### Bytes through the service", ByteRows());
        Section(text, "### All figures", Figures());
        foreach (var fault in faults.Distinct()) text.Append(CultureInfo.InvariantCulture, $"- {fault}\n");
        return $"{text.ToString().TrimEnd()}\n";
    }

    static void Section(StringBuilder text, string heading, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count < 2) return;
        text.Append(CultureInfo.InvariantCulture, $"{heading}\n\n| {string.Join(" | ", all[0])} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", all[0].Select((_, at) => at < 2 ? "---" : "---:"))} |\n");
        foreach (var row in all.Skip(1)) text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row)} |\n");
        text.Append('\n');
    }

    IEnumerable<string[]> Ratios()
    {
        yield return ["operation", "host", "CPU µs", "goal µs", "too much", .. oidcPeers.Select(peer => $"÷ {peer}")];
        foreach (var (operation, goal) in Names.All)
        {
            foreach (var host in new[] { Kinds.Worker, Kinds.Local })
            {
                if (operation is Names.Tus or Names.Straight || Of(operation, host) is not { } own) continue;
                yield return [operation, host, Whole(own.CpuPerRun), Whole(goal), TooMuch(own.CpuPerRun, goal),
                    .. oidcPeers.Select(peer => Of(operation, peer) is { } its ? Ratio(own.CpuPerRun, its.CpuPerRun) : "")];
            }
        }
    }

    IEnumerable<string[]> StartRows()
    {
        yield return ["server", "each, ms", "median ms", "goal ms", "too much", "÷ empty endpoint"];
        foreach (var (server, its) in starts)
        {
            var (median, empty) = (Median(its), starts.TryGetValue(Kinds.Empty, out var idle) ? Median(idle) : 0);
            var goal = server is Kinds.Worker or Kinds.Local ? Names.All[^1].Goal : null;
            yield return [server, string.Join(", ", its.Select(one => Whole(one))), Whole(median), Whole(goal), TooMuch(median, goal),
                empty > 0 ? Ratio(median, empty) : ""];
        }
    }

    IEnumerable<string[]> ByteRows()
    {
        yield return ["operation", "server", "MiB/s", "CPU ms a MiB", "speed ÷ @tus/server"];
        var peer = Of(Names.Tus, Kinds.Tus);
        foreach (var server in new[] { Kinds.Worker, Kinds.Local, Kinds.Tus })
        {
            if (Of(Names.Tus, server) is not { } its) continue;
            yield return [Names.Tus, server, Whole(its.RunsPerSecond * TusOperations.Mebibytes),
                $"{its.CpuPerRun / TusOperations.Mebibytes / 1000:0.0}",
                peer is null ? "" : Ratio(its.RunsPerSecond, peer.RunsPerSecond)];
        }
        if (Of(Names.Straight, Kinds.Local) is not { } put) yield break;
        yield return [Names.Straight, "Azurite, past the service", Whole(put.RunsPerSecond * TusOperations.Mebibytes), "",
            peer is null ? "" : Ratio(put.RunsPerSecond, peer.RunsPerSecond)];
    }

    IEnumerable<string[]> Figures()
    {
        yield return ["operation", "server", "CPU µs", "of it compiling", "KB allocated", "storage calls", "p50 ms", "p99 ms", "a second",
            "drift"];
        foreach (var (operation, _) in Names.All)
        {
            foreach (var server in new[] { Kinds.Worker, Kinds.Local, Kinds.Memory, Kinds.Tables, Kinds.OpenIddict, Kinds.Tus,
                Kinds.Row, Kinds.Empty })
            {
                if (Of(operation, server) is not { } its) continue;
                yield return [operation, server, Whole(its.CpuPerRun), its.CompiledPerRun is { } compiling ? Whole(compiling) : "",
                    its.AllocatedPerRun is { } bytes ? $"{bytes / 1024:0.0}" : "",
                    server is Kinds.Worker or Kinds.Local or Kinds.Tables or Kinds.Row ? $"{its.CallsPerRun:0.0}" : "",
                    $"{its.Percentile(0.5):0.0}", $"{its.Percentile(0.99):0.0}", Whole(its.RunsPerSecond), Drift(operation, server)];
            }
        }
    }

    Window? Of(string operation, string server) => windows.TryGetValue((operation, server), out var its)
        ? its.Aggregate(Window.Empty, (sum, one) => sum + one) : null;

    // By how much the last window took more than the first.
    string Drift(string operation, string server) => windows[(operation, server)] is [var first, .., var last]
        ? $"{100 * (last.CpuPerRun / first.CpuPerRun - 1):+0;-0;0} %" : "";

    async Task<string> Conditions()
    {
        var (_, commit) = await Shell.Capture("git", "log", "-1", "--format=%h");
        var (_, changes) = await Shell.Capture("git", "status", "--porcelain", "--untracked-files=no");
        var (_, node) = await Shell.Capture("node", "--version");
        var state = changes.Trim().Length > 0 ? ", with changes" : "";
        return $"""
            - Commit {commit.Trim()}{state}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC
            - {Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}
            - {RuntimeInformation.FrameworkDescription}, Node {node.Trim()}
            - {yardsticks}
            - {options.Callers} callers at once, {options.Seconds:0.#} s a window after a warm-up as long
            - Load average of the machine before and after: {loadBefore}; {LoadAverage()}

            """;
    }

    static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString()
        : RuntimeInformation.ProcessArchitecture.ToString();

    // What nothing of ours can make faster, so that machines can be compared.
    static string Yardsticks()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (data, signature) = (new byte[512], ec.SignData(new byte[512], HashAlgorithmName.SHA256));
        return $"An RS256 signature takes {Time(() => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))} µs, "
            + $"an ES256 one {Time(() => ec.SignData(data, HashAlgorithmName.SHA256))}, "
            + $"its check {Time(() => ec.VerifyData(data, signature, HashAlgorithmName.SHA256))}";
    }

    // The mean of a thousand, in microseconds, after some to warm up.
    static string Time(Action action)
    {
        for (var run = 0; run < 100; run++) action();
        var clock = Stopwatch.StartNew();
        for (var run = 0; run < 1000; run++) action();
        return Whole(clock.Elapsed.TotalMicroseconds / 1000);
    }

    // Of one, five and fifteen minutes.
    static string LoadAverage() => File.Exists("/proc/loadavg")
        ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static string Whole(double? value) => string.Create(CultureInfo.InvariantCulture, $"{value:#,0}");

    // By how much a goal is not met.
    static string TooMuch(double own, int? goal) => goal is not { } wanted ? ""
        : own <= wanted ? "met" : string.Create(CultureInfo.InvariantCulture, $"{own - wanted:#,0} ({own / wanted:0.00} of it)");

    static string Ratio(double own, double other) => string.Create(CultureInfo.InvariantCulture, $"{own / other:0.00}");
}
