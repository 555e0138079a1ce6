using Latchkey.Sessions;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>Sends, every five minutes, the notices that are still there: after a failure of the app, or a crash of ours.</summary>
public sealed class LogoutTimer(LogoutNotices notices, BackchannelLogout logout)
{
    /// <summary>Every five minutes (NCRONTAB, UTC).</summary>
    [Function("send-logouts")]
    public Task Run([TimerTrigger("0 3/5 * * * *")] TimerInfo timer, CancellationToken cancel) => Parallel.ForEachAsync(
        notices.Take(cancel), new ParallelOptions { MaxDegreeOfParallelism = BackchannelLogout.AtOnce, CancellationToken = cancel },
        async (notice, cancelled) => await logout.Send(notice, cancelled));
}
