using System.Security.Cryptography;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>Goes on, once an hour, with the checks of all tenants; each begins anew a day after it ended.</summary>
public sealed partial class IntegrityCheckTimer(TenantStore tenants, IntegrityCheck check, TimeProvider clock, ILogger<IntegrityCheckTimer> logger)
{
    const int PagesAtOnce = 10;

    static readonly TimeSpan MaxRunTime = TimeSpan.FromMinutes(5);

    /// <summary>Forty-seven minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("files-check")]
    public async Task Run([TimerTrigger("0 47 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + MaxRunTime;
        // Every tenant gets its turn, whoever comes first.
        foreach (var tenant in (await tenants.All(cancel)).OrderBy(_ => RandomNumberGenerator.GetInt32(int.MaxValue)))
        {
            if (clock.GetUtcNow() > until) return;
            try
            {
                await check.Run(tenant, PagesAtOnce, now: false, cancel);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.Failed(logger, tenant, fault); // The other tenants' turns come all the same, and this one's in an hour.
            }
        }
    }

    static partial class Log
    {
        [LoggerMessage(65, LogLevel.Error, "Tenant {Tenant}: its files could not be checked; it is tried again")]
        public static partial void Failed(ILogger logger, string tenant, Exception fault);
    }
}
