namespace Latchkey.Http;

/// <summary>
/// Who is told next: few messages to one receiver are under way at once, the others wait behind them, and a receiver that has just failed
/// is left alone for a minute. So one receiver that is slow or dead does not hold up the others.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="key">Whom a message is for.</param>
/// <param name="id">Which message of its receiver it is: what waits already does not wait twice.</param>
/// <param name="atOnce">How many are under way to one receiver.</param>
public sealed class SendingLanes<T>(TimeProvider clock, Func<T, string> key, Func<T, string> id, int atOnce = 2) where T : class
{
    const int MaxWaiting = 1000;
    const int MaxFailed = 10_000;

    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    readonly Lock door = new();
    readonly Dictionary<string, Lane> lanes = [];
    readonly Dictionary<string, DateTimeOffset> failed = [];
    readonly HashSet<Task> drains = [];

    /// <summary>
    /// Sends the message; or leaves it to whoever is sending to that receiver. It waits for no other message: what came for the same
    /// receiver meanwhile is sent by a task of its own.
    /// </summary>
    /// <param name="message">The message. If too many wait it is dropped: its row brings it again.</param>
    /// <param name="send">Sends one; it does not throw.</param>
    /// <param name="mayWait">False if it is to be sent now or not at all.</param>
    /// <param name="cancel">Cancels the sending of this message.</param>
    /// <returns>False if it was not sent and does not wait.</returns>
    public async Task<bool> Run(T message, Func<T, CancellationToken, Task> send, bool mayWait, CancellationToken cancel)
    {
        var receiver = key(message);
        switch (TryEnter(receiver, message, mayWait))
        {
            case null: return false;
            case false: return true;
        }
        await send(message, cancel);
        Continue(receiver, send);
        return true;
    }

    /// <summary>Ends once everything that waits now is sent.</summary>
    public Task Drained()
    {
        lock (door) return Task.WhenAll([.. drains]);
    }

    /// <summary>True if the receiver has failed a moment ago.</summary>
    public bool IsPaused(T message)
    {
        lock (door) return failed.TryGetValue(key(message), out var at) && clock.GetUtcNow() < at + Pause;
    }

    /// <summary>The receiver has not accepted a message that was sent at this time.</summary>
    public void Failed(T message, DateTimeOffset sentAt)
    {
        lock (door)
        {
            if (failed.Count >= MaxFailed) failed.Clear();
            failed[key(message)] = sentAt;
        }
    }

    // True: its turn is now; false: it waits; null: neither.
    bool? TryEnter(string receiver, T message, bool mayWait)
    {
        lock (door)
        {
            if (!lanes.TryGetValue(receiver, out var lane)) lanes[receiver] = lane = new();
            if (lane.Running < atOnce)
            {
                lane.Running++;
                return true;
            }
            if (lane.Ids.Contains(id(message))) return false;
            if (!mayWait || lane.Waiting.Count >= MaxWaiting) return null;
            lane.Waiting.Enqueue(message);
            lane.Ids.Add(id(message));
            return false;
        }
    }

    // Whoever has called is done: its token may be gone, so the rest does not go by it.
    void Continue(string receiver, Func<T, CancellationToken, Task> send)
    {
        lock (door)
        {
            if (NextOf(receiver) is not { } first) return;
            var drain = Task.Run(async () =>
            {
                for (T? next = first; next is not null; next = NextOf(receiver)) await send(next, CancellationToken.None);
            });
            drains.Add(drain);
            drain.ContinueWith(Forget, TaskScheduler.Default);
        }
    }

    void Forget(Task drain)
    {
        lock (door) drains.Remove(drain);
    }

    T? NextOf(string receiver)
    {
        lock (door)
        {
            var lane = lanes[receiver];
            if (lane.Waiting.TryDequeue(out var next))
            {
                lane.Ids.Remove(id(next));
                return next;
            }
            if (--lane.Running == 0) lanes.Remove(receiver);
            return null;
        }
    }

    sealed class Lane
    {
        public int Running { get; set; }

        public Queue<T> Waiting { get; } = [];

        public HashSet<string> Ids { get; } = [];
    }
}
