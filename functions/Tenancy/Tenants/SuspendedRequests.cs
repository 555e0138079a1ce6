using System.Collections.Concurrent;

namespace Latchkey.Tenancy;

/// <summary>
/// Records in the operators' audit that requests to a suspended tenant were refused: operators can read it, the tenant's own
/// administrators cannot. Apps may ask every second, so there is one entry a minute, with the number of requests.
/// </summary>
public sealed class SuspendedRequests(AuditLog audit, TimeProvider clock)
{
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, (DateTimeOffset ReportedAt, int Since)> tenants = new(StringComparer.Ordinal);

    /// <summary>Counts one refused request.</summary>
    public void Add(Tenant tenant)
    {
        var now = clock.GetUtcNow();
        var count = 0;
        tenants.AddOrUpdate(tenant.Id, _ => Report(1, now, out count), (_, known) =>
            now - known.ReportedAt >= Pause ? Report(known.Since + 1, now, out count) : Keep(known.ReportedAt, known.Since + 1, out count));
        if (count > 0) audit.Add(Tenant.Operator, "tenant-suspended", tenant.Id, $"{count} refused");
    }

    static (DateTimeOffset, int) Report(int refused, DateTimeOffset now, out int count)
    {
        count = refused;
        return (now, 0);
    }

    static (DateTimeOffset, int) Keep(DateTimeOffset reportedAt, int refused, out int count)
    {
        count = 0;
        return (reportedAt, refused);
    }
}
