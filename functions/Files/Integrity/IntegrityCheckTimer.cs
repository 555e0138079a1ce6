using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>
/// Continues the checks of all tenants once an hour, several at the same time and for as long as a run may take. A new check begins a day
/// after the last one finished.
/// </summary>
public sealed partial class IntegrityCheckTimer(
    TenantStore tenants, IntegrityCheck check, ILogger<IntegrityCheckTimer> logger)
{
    const int TenantsAtOnce = 4;
    const int PagesOfTurn = 10;

    static readonly TimeSpan MaxRunTime = TimeSpan.FromMinutes(8); // host.json ends a function after ten minutes.

    /// <summary>Forty-seven minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("files-check")]
    public async Task Run([TimerTrigger("0 47 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        // In random order and in turns, so that every tenant gets further even if the time runs out.
        var left = new ConcurrentQueue<string>(
            (await tenants.All(cancel)).OrderBy(_ => RandomNumberGenerator.GetInt32(int.MaxValue)));
        var work = new ParallelOptions { MaxDegreeOfParallelism = TenantsAtOnce, CancellationToken = cancel };
        while (!left.IsEmpty && Stopwatch.GetElapsedTime(begun) < MaxRunTime)
        {
            var unfinished = new ConcurrentQueue<string>();
            await Parallel.ForEachAsync(left, work, async (tenant, stop) =>
            {
                if (Stopwatch.GetElapsedTime(begun) < MaxRunTime && await TryContinue(tenant, stop)) unfinished.Enqueue(tenant);
            });
            left = unfinished;
        }
    }

    // True if there is more to check.
    async Task<bool> TryContinue(string tenant, CancellationToken cancel)
    {
        try
        {
            return await check.Run(tenant, PagesOfTurn, now: false, cancel) is { FinishedAt: null };
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Log.Failed(logger, tenant, fault); // The other tenants are still checked, and this one again in an hour.
            return false;
        }
    }

    static partial class Log
    {
        [LoggerMessage(65, LogLevel.Error, "Integrity check: tenant {Tenant} failed and will be retried")]
        public static partial void Failed(ILogger logger, string tenant, Exception fault);
    }
}
