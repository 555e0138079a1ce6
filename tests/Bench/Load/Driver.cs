using System.Collections.Concurrent;
using System.Diagnostics;
using Latchkey.Bench.Servers;
using Latchkey.Workshop;

namespace Latchkey.Bench.Load;

/// <summary>
/// The load: so many callers, each with a connection of its own, each sending its next request when it has the answer to the one before.
/// </summary>
sealed class Driver(int callers, Meter azurite)
{
    const int MostPrepared = 256; // Codes live for a minute.
    static readonly TimeSpan mostTime = TimeSpan.FromMinutes(1);

    /// <summary>Measures for so many seconds, preparations left out; at most a minute with them.</summary>
    /// <exception cref="Failure">An answer was wrong.</exception>
    public async Task<Window> Measure(Server server, Operation operation, double seconds)
    {
        await operation.Before();
        var total = Window.Empty;
        for (var all = Stopwatch.StartNew(); total.Seconds < seconds && total.Runs < operation.MostRuns && all.Elapsed < mostTime;)
        {
            var most = operation.MostRuns - total.Runs;
            var inputs = operation.Prepare is { } prepare ? await Prepare(prepare, Math.Min(MostPrepared, most)) : null;
            var (before, callsBefore) = (await server.Read(), await Calls(server));
            var clock = Stopwatch.StartNew();
            var latencies = inputs is null ? await Run(operation, TimeSpan.FromSeconds(seconds)) : await Run(operation, inputs);
            var took = clock.Elapsed.TotalSeconds;
            var (after, callsAfter) = (await server.Read(), await Calls(server));
            total += new Window(latencies.Count, took, after.Cpu - before.Cpu, after.Allocated - before.Allocated,
                after.Compiled - before.Compiled, callsAfter - callsBefore, latencies);
        }
        return total;
    }

    async Task<long> Calls(Server server) => (await azurite.Read()).Calls!
        .Where(call => call.Key.EndsWith($" {server.Kind.Account}", StringComparison.Ordinal)).Sum(call => call.Value);

    async Task<ConcurrentQueue<string>> Prepare(Func<Task<string>> prepare, int count)
    {
        var inputs = new ConcurrentQueue<string>();
        var left = count;
        await Everybody(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0) inputs.Enqueue(await prepare());
        });
        return inputs;
    }

    async Task<List<double>> Run(Operation operation, ConcurrentQueue<string> inputs)
    {
        var latencies = new ConcurrentBag<double>();
        await Everybody(async () =>
        {
            while (inputs.TryDequeue(out var input)) latencies.Add(await Time(operation, input));
        });
        return [.. latencies];
    }

    async Task<List<double>> Run(Operation operation, TimeSpan time)
    {
        var latencies = new ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        await Everybody(async () =>
        {
            while (clock.Elapsed < time) latencies.Add(await Time(operation, ""));
        });
        return [.. latencies];
    }

    static async Task<double> Time(Operation operation, string input)
    {
        Shell.Stopping.ThrowIfCancellationRequested();
        var start = Stopwatch.GetTimestamp();
        await operation.Run(input);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    Task Everybody(Func<Task> caller) => Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(caller)));
}
