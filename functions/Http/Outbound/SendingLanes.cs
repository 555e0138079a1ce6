namespace Latchkey.Http;

/// <summary>
/// Who is told next: few messages to one receiver are under way at once, the others wait behind them, and a receiver that has just failed
/// is
/// left alone for a minute. So one receiver that is slow or dead does not hold up the others.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="key">Whom a message is for.</param>
/// <param name="atOnce">How many are under way to one receiver.</param>
public sealed class SendingLanes<T>(TimeProvider clock, Func<T, string> key, int atOnce = 2) where T : class
{
    const int MaxWaiting = 1000;
    const int MaxFailed = 10_000;

    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    readonly Lock door = new();
    readonly Dictionary<string, Lane> lanes = [];
    readonly Dictionary<string, DateTimeOffset> failed = [];

    /// <summary>
    /// Sends the message, and those that came for the same receiver meanwhile; or leaves it to whoever is sending to that receiver.
    /// </summary>
    /// <param name="message">The message. If too many wait it is dropped: its row brings it again.</param>
    /// <param name="send">Sends one; it does not throw.</param>
    public async Task Run(T message, Func<T, Task> send)
    {
        var receiver = key(message);
        if (!TryEnter(receiver, message)) return;
        for (T? next = message; next is not null; next = NextOf(receiver)) await send(next);
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

    bool TryEnter(string receiver, T message)
    {
        lock (door)
        {
            if (!lanes.TryGetValue(receiver, out var lane)) lanes[receiver] = lane = new();
            if (lane.Running < atOnce)
            {
                lane.Running++;
                return true;
            }
            if (lane.Waiting.Count < MaxWaiting) lane.Waiting.Enqueue(message);
            return false;
        }
    }

    T? NextOf(string receiver)
    {
        lock (door)
        {
            var lane = lanes[receiver];
            if (lane.Waiting.TryDequeue(out var next)) return next;
            if (--lane.Running == 0) lanes.Remove(receiver);
            return null;
        }
    }

    sealed class Lane
    {
        public int Running { get; set; }

        public Queue<T> Waiting { get; } = [];
    }
}
