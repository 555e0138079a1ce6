namespace Latchkey.Tenancy;

/// <summary>
/// Limits how many callers per key proceed at once in this process; a bounded number of others wait in order, for a bounded
/// time. A key that nobody uses takes no memory.
/// </summary>
public sealed class KeyedSemaphore(int maxWaiting, TimeSpan maxTime)
{
    readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Enters; dispose of the result to leave. Null if too many wait or the wait took too long.</summary>
    /// <param name="key">What to wait for.</param>
    /// <param name="atOnce">How many may be inside at once; the first caller of a key decides.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<IDisposable?> Enter(string key, int atOnce, CancellationToken cancel)
    {
        Entry entry;
        lock (entries)
        {
            if (!entries.TryGetValue(key, out entry!)) entries[key] = entry = new Entry(atOnce);
            if (entry.Inside >= entry.AtOnce + maxWaiting) return null;
            entry.Inside++;
        }
        var entered = false;
        try
        {
            entered = await entry.Semaphore.WaitAsync(maxTime, cancel);
            return entered ? new Releaser(this, key, entry) : null;
        }
        finally
        {
            if (!entered) Leave(key, entry);
        }
    }

    void Leave(string key, Entry entry)
    {
        lock (entries)
        {
            if (--entry.Inside > 0) return;
            entries.Remove(key);
            entry.Dispose();
        }
    }

    sealed class Entry(int atOnce) : IDisposable
    {
        public readonly SemaphoreSlim Semaphore = new(atOnce);

        public int AtOnce => atOnce;

        public int Inside { get; set; }

        public void Dispose() => Semaphore.Dispose();
    }

    sealed class Releaser(KeyedSemaphore owner, string key, Entry entry) : IDisposable
    {
        int released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref released, 1) != 0) return;
            entry.Semaphore.Release();
            owner.Leave(key, entry);
        }
    }
}
