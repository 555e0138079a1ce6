using Latchkey.Sessions;
using Microsoft.Extensions.Hosting;

namespace Latchkey.OAuth;

/// <summary>
/// Sends the notices that this instance has just written, so that apps hear of a logout at once and the user waits for none of them.
/// </summary>
public sealed class LogoutSender(LogoutNotices notices, BackchannelLogout logout) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        notices.Written(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = BackchannelLogout.AtOnce, CancellationToken = stoppingToken },
        async (notice, cancel) => await logout.Send(notice, cancel));
}
