namespace Latchkey.Tenancy;

/// <summary>
/// Limits how many callers per key proceed at once in this process; a bounded number of others wait in order, for a bounded
/// time. A key that nobody uses takes no memory.
/// </summary>
public sealed class Turns(int mostWaiting, TimeSpan mostTime)
{
    readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>Enters; dispose of the result to leave. Null if too many wait or the wait took too long.</summary>
    /// <param name="key">What to wait for.</param>
    /// <param name="atOnce">How many may be inside at once; the first caller of a key decides.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<IDisposable?> Take(string key, int atOnce, CancellationToken cancel)
    {
        Line line;
        lock (lines)
        {
            if (!lines.TryGetValue(key, out line!)) lines[key] = line = new Line(atOnce);
            if (line.Inside >= line.AtOnce + mostWaiting) return null;
            line.Inside++;
        }
        var taken = false;
        try
        {
            taken = await line.Free.WaitAsync(mostTime, cancel);
            return taken ? new Turn(this, key, line) : null;
        }
        finally
        {
            if (!taken) Leave(key, line);
        }
    }

    void Leave(string key, Line line)
    {
        lock (lines)
        {
            if (--line.Inside > 0) return;
            lines.Remove(key);
            line.Dispose();
        }
    }

    sealed class Line(int atOnce) : IDisposable
    {
        public readonly SemaphoreSlim Free = new(atOnce);

        public int AtOnce => atOnce;

        public int Inside { get; set; }

        public void Dispose() => Free.Dispose();
    }

    sealed class Turn(Turns turns, string key, Line line) : IDisposable
    {
        int over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref over, 1) != 0) return;
            line.Free.Release();
            turns.Leave(key, line);
        }
    }
}
