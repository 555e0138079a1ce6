using System.Diagnostics;
using Latchkey.Bench.Load;
using Latchkey.Workshop;

namespace Latchkey.Bench.Servers;

/// <summary>A server that runs, in a process of its own.</summary>
sealed class Server : IAsyncDisposable
{
    readonly Child child;
    Meter? meter;

    Server(ServerKind kind, Child child, int callers)
    {
        (Kind, this.child) = (kind, child);
        var connections = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = callers,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        };
        Http = new HttpClient(connections) { BaseAddress = new Uri(kind.Origin) };
    }

    public ServerKind Kind { get; }

    /// <summary>One connection a caller; follows no redirect and keeps no cookie.</summary>
    public HttpClient Http { get; }

    public Task<Reading> Read() => meter!.Read();

    /// <summary>Starts it with a meter, and returns once it is ready.</summary>
    public static async Task<Server> Start(ServerKind kind, int callers)
    {
        var folder = $"{Paths.Local}/meters/{kind.FileName}";
        var (server, log) = Begin(kind, callers, Meter.Environment(folder));
        await Ports.Answer(kind.Name, server.child, log, server.IsReady);
        server.meter = await Meter.Of(kind.Program, folder);
        return server;
    }

    /// <summary>How long it takes from the start of the process until a request has its answer, in milliseconds.</summary>
    public static async Task<double> TimeStart(ServerKind kind, Func<Server, Operation> first)
    {
        var clock = Stopwatch.StartNew();
        var (server, log) = Begin(kind, callers: 1, []);
        await using var end = server;
        var operation = first(server);
        for (string? last = null; ; await Task.Delay(5, Shell.Stopping))
        {
            if (server.child.Exit.IsCompleted || clock.Elapsed > TimeSpan.FromMinutes(1))
                throw new Failure($"{kind.Name} did not start: {last}\n{log.Tail}");
            try
            {
                await operation.Run("");
                return clock.Elapsed.TotalMilliseconds;
            }
            catch (Exception fault) when (fault is HttpRequestException or Failure)
            {
                last = fault.Message; // It does not listen yet, or has no data yet.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await child.DisposeAsync();
    }

    static (Server Server, LogFile Log) Begin(ServerKind kind, int callers, (string, string)[] environment)
    {
        var log = new LogFile($"{Paths.Local}/{kind.FileName}.log");
        var launch = kind.Launch(kind.Origin);
        var child = new Child(log.Write, launch.Command[0], launch.Command[1..], [.. launch.Environment, .. environment]);
        return (new Server(kind, child, callers), log);
    }

    async Task<bool> IsReady()
    {
        try
        {
            using var ready = await Http.GetAsync(Kind.ReadyPath, Shell.Stopping);
            return (int)ready.StatusCode < 500; // Latchkey says 503 until it is.
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
