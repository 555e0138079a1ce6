using Latchkey.Sessions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;

namespace Latchkey.OAuth;

/// <summary>
/// Sends the notices that this instance has just written, so that apps hear of a logout at once and the user waits for none of them.
/// </summary>
public sealed class LogoutSender(LogoutNotices notices, BackchannelLogout logout) : BackgroundService
{
    // An app that does not answer takes eight seconds.
    const int AtOnce = 8;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        notices.Written(stoppingToken), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
        async (notice, cancel) => await logout.Send(notice, cancel));
}

/// <summary>Sends, every five minutes, the notices that are still there: after a failure of the app, or a crash of ours.</summary>
public sealed class LogoutTimer(LogoutNotices notices, BackchannelLogout logout)
{
    const int AtOnce = 8;

    /// <summary>Every five minutes (NCRONTAB, UTC).</summary>
    [Function("send-logouts")]
    public Task Run([TimerTrigger("0 3/5 * * * *")] TimerInfo timer, CancellationToken cancel) => Parallel.ForEachAsync(
        notices.Take(cancel), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
        async (notice, cancelled) => await logout.Send(notice, cancelled));
}
