namespace Latchkey.Bench.Load;

/// <summary>What was measured while a server did an operation over and over.</summary>
/// <param name="Runs">How often.</param>
/// <param name="Seconds">In how much time, without the preparations.</param>
/// <param name="Cpu">The server's, in microseconds.</param>
/// <param name="Allocated">The server's, in bytes; null if unknown.</param>
/// <param name="Compiled">For how long the server compiled, in microseconds; null if unknown.</param>
/// <param name="Calls">To storage.</param>
/// <param name="Latencies">Of each run, in milliseconds.</param>
sealed record Window(int Runs, double Seconds, long Cpu, long? Allocated, long? Compiled, long Calls,
    IReadOnlyList<double> Latencies)
{
    public static readonly Window Empty = new(0, 0, 0, 0, 0, 0, []);

    public double CpuPerRun => (double)Cpu / Runs;

    public double? CompiledPerRun => (double?)Compiled / Runs;

    public double? AllocatedPerRun => (double?)Allocated / Runs;

    public double CallsPerRun => (double)Calls / Runs;

    public double RunsPerSecond => Runs / Seconds;

    /// <summary>The latency that this share of the runs did not exceed.</summary>
    public double Percentile(double share)
    {
        var sorted = Latencies.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    public static Window operator +(Window one, Window other) => new(one.Runs + other.Runs, one.Seconds + other.Seconds,
        one.Cpu + other.Cpu, one.Allocated + other.Allocated, one.Compiled + other.Compiled, one.Calls + other.Calls,
        [.. one.Latencies, .. other.Latencies]);
}
