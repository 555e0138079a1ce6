using Latchkey.Http;
using Latchkey.Sessions;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>Sends, every five minutes, the notices that are still there: after a failure of the app, or a crash of ours.</summary>
public sealed class LogoutTimer(LogoutNotices notices, BackchannelLogout logout)
{
    /// <summary>For how long a run waits for what is being sent. The rest goes on without it.</summary>
    static readonly TimeSpan MaxRunTime = TimeSpan.FromMinutes(4);

    /// <summary>Every five minutes (NCRONTAB, UTC).</summary>
    [Function("send-logouts")]
    public Task Run([TimerTrigger("0 3/5 * * * *")] TimerInfo timer, CancellationToken cancel) => BoundedRun.Of(
        MaxRunTime, notices.Take(cancel), BackchannelLogout.AtOnce, logout.Send, logout.Drained, cancel);
}
