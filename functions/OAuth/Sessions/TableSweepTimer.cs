using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>Drops, once an hour, the tables whose rows have all expired. It never reads a row.</summary>
public sealed partial class TableSweepTimer(SweptTables swept, ILogger<TableSweepTimer> logger)
{
    /// <summary>Seven minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("sweep")]
    public async Task Run([TimerTrigger("0 7 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var dropped = await swept.DropExpired(cancel);
        Log.Swept(logger, dropped, timer.IsPastDue);
    }

    static partial class Log
    {
        [LoggerMessage(30, LogLevel.Information, "Sweep: {Dropped} tables dropped (late: {Late})")]
        public static partial void Swept(ILogger logger, int dropped, bool late);
    }
}

/// <summary>All tables that are named by a day and dropped when it is over.</summary>
public sealed class SweptTables(
    StorageClients storage, Lockout lockout, SsoSessions ssoSessions, RequestTables requests, AuditTables audit, Settings settings,
    TimeProvider clock)
{
    // Those with nothing else to say about it.
    static readonly string[] Plain = [TableNames.Sessions, TableNames.Replays, TableNames.InitialTokens, TableNames.LogoutNotices,
        TableNames.Visits, TableNames.Events, TableNames.Deliveries, TableNames.ArchiveTickets, TableNames.Messages];

    /// <summary>Drops what has expired; the number of tables dropped.</summary>
    public async Task<int> DropExpired(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var dropped = 0;
        foreach (var name in Plain) dropped += await new ExpiringTables(storage.Tables, name).DropExpired(now, cancel);
        return dropped
            + await lockout.DropExpired(cancel)
            + await ssoSessions.DropExpired(cancel)
            + await requests.DropExpired(cancel)
            + await audit.Tables.DropExpired(now - settings.AuditTime, cancel);
    }
}
