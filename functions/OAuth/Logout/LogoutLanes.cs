using Latchkey.Sessions;

namespace Latchkey.OAuth;

/// <summary>
/// Who is told next: at most two notices of an app are under way at once, the others wait behind them, and an app that has just failed is
/// left alone for a minute. So one app that is slow or dead does not hold up the others.
/// </summary>
sealed class LogoutLanes(TimeProvider clock)
{
    const int AtOnce = 2;
    const int MaxWaiting = 1000;
    const int MaxFailed = 10_000;

    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    readonly Lock door = new();
    readonly Dictionary<string, Lane> lanes = [];
    readonly Dictionary<string, DateTimeOffset> failed = [];

    /// <summary>
    /// Sends the notice, and those that came for the same app meanwhile; or leaves it to whoever is sending to that app.
    /// </summary>
    /// <param name="notice">The notice. If too many wait it is dropped: its row brings it again.</param>
    /// <param name="send">Sends one; it does not throw.</param>
    public async Task Run(LogoutNotice notice, Func<LogoutNotice, Task> send)
    {
        var key = Key(notice);
        if (!TryEnter(key, notice)) return;
        for (LogoutNotice? next = notice; next is not null; next = NextOf(key)) await send(next);
    }

    /// <summary>True if the app has failed a moment ago.</summary>
    public bool IsPaused(LogoutNotice notice)
    {
        lock (door) return failed.TryGetValue(Key(notice), out var at) && clock.GetUtcNow() < at + Pause;
    }

    /// <summary>The app has not accepted a notice that was sent at this time.</summary>
    public void Failed(LogoutNotice notice, DateTimeOffset sentAt)
    {
        lock (door)
        {
            if (failed.Count >= MaxFailed) failed.Clear();
            failed[Key(notice)] = sentAt;
        }
    }

    bool TryEnter(string key, LogoutNotice notice)
    {
        lock (door)
        {
            if (!lanes.TryGetValue(key, out var lane)) lanes[key] = lane = new();
            if (lane.Running < AtOnce)
            {
                lane.Running++;
                return true;
            }
            if (lane.Waiting.Count < MaxWaiting) lane.Waiting.Enqueue(notice);
            return false;
        }
    }

    LogoutNotice? NextOf(string key)
    {
        lock (door)
        {
            var lane = lanes[key];
            if (lane.Waiting.TryDequeue(out var next)) return next;
            if (--lane.Running == 0) lanes.Remove(key);
            return null;
        }
    }

    static string Key(LogoutNotice notice) => $"{notice.Tenant}|{notice.ClientId}";

    sealed class Lane
    {
        public int Running { get; set; }

        public Queue<LogoutNotice> Waiting { get; } = [];
    }
}
