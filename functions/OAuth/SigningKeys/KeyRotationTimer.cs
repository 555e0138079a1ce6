using Latchkey.Keys;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>Once an hour, rotates keys that are due and removes keys whose tokens have all expired.</summary>
public sealed partial class KeyRotationTimer(KeyRotation rotation, AuditLog audit, ILogger<KeyRotationTimer> logger)
{
    /// <summary>37 minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("rotate-keys")]
    public async Task Run([TimerTrigger("0 37 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var (rotated, removed, failed) = await rotation.Maintain(AddToAudit, cancel);
        Log.Done(logger, rotated, removed, failed, timer.IsPastDue);
    }

    void AddToAudit(string tenant, int made, int removed) =>
        audit.Add(tenant, "rotate-keys", null, $"{made} made, {removed} removed");

    static partial class Log
    {
        [LoggerMessage(31, LogLevel.Information, "Keys: {Rotated} made, {Removed} removed, {Failed} tenants failed (late: {Late})")]
        public static partial void Done(ILogger logger, int rotated, int removed, int failed, bool late);
    }
}
