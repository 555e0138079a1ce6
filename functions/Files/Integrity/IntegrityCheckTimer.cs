using System.Security.Cryptography;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>Continues the checks of all tenants once an hour. A new check begins a day after the last one finished.</summary>
public sealed partial class IntegrityCheckTimer(
    TenantStore tenants, IntegrityCheck check, TimeProvider clock, ILogger<IntegrityCheckTimer> logger)
{
    const int PagesAtOnce = 10;

    static readonly TimeSpan MaxRunTime = TimeSpan.FromMinutes(5);

    /// <summary>Forty-seven minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("files-check")]
    public async Task Run([TimerTrigger("0 47 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + MaxRunTime;
        // In random order, so that every tenant gets its turn even if the time runs out.
        foreach (var tenant in (await tenants.All(cancel)).OrderBy(_ => RandomNumberGenerator.GetInt32(int.MaxValue)))
        {
            if (clock.GetUtcNow() > until) return;
            try
            {
                await check.Run(tenant, PagesAtOnce, now: false, cancel);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.Failed(logger, tenant, fault); // The other tenants are still checked, and this one again in an hour.
            }
        }
    }

    static partial class Log
    {
        [LoggerMessage(65, LogLevel.Error, "Integrity check: tenant {Tenant} failed and will be retried")]
        public static partial void Failed(ILogger logger, string tenant, Exception fault);
    }
}
