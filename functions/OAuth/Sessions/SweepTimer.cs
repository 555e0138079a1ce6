using Latchkey.Access;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>Drops, once an hour, the tables whose rows have all expired. It never reads a row.</summary>
public sealed partial class SweepTimer(
    IssuedTokens issued, Lockout attempts, SsoSessions signIns, RequestTables requests, ReplayCache seen,
    InitialAccessTokens initial, AuditTables audit, Settings settings, TimeProvider clock, ILogger<SweepTimer> logger)
{
    /// <summary>Seven minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("sweep")]
    public async Task Run([TimerTrigger("0 7 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var dropped = await issued.Tables.DropExpired(now, cancel) + await attempts.DropExpired(cancel)
            + await signIns.DropExpired(cancel) + await requests.DropExpired(cancel)
            + await seen.Tables.DropExpired(now, cancel) + await initial.Tables.DropExpired(now, cancel)
            + await audit.Tables.DropExpired(now - settings.AuditTime, cancel);
        Log.Swept(logger, dropped, timer.IsPastDue);
    }

    static partial class Log
    {
        [LoggerMessage(30, LogLevel.Information, "Sweep: {Dropped} tables dropped (late: {Late})")]
        public static partial void Swept(ILogger logger, int dropped, bool late);
    }
}
