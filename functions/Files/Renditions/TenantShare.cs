using System.Collections.Concurrent;

namespace Latchkey.Files;

/// <summary>
/// A tenant's share of the time that this process has for one kind of work, such as pictures. The queue serves who comes first; whoever has
/// used half of a while waits at its end, so that one tenant does not hold up everybody.
/// </summary>
public sealed class TenantShare(TimeProvider clock)
{
    const int PartsOfTime = 2; // Each tenant gets one of them.
    const int MaxTenants = 10_000;

    static readonly TimeSpan Burst = TimeSpan.FromMinutes(1);
    static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<string, Used> tenants = new(StringComparer.Ordinal);

    /// <summary>How long the tenant's next piece of work has to wait, each one behind the one before; null if it need not.</summary>
    public TimeSpan? Delay(string tenant)
    {
        if (!tenants.TryGetValue(tenant, out var used)) return null;
        var ahead = used.Until - clock.GetUtcNow() - Burst;
        if (ahead <= TimeSpan.Zero)
        {
            used.Waiting = 0;
            return null;
        }
        used.Waiting++;
        var delay = ahead + (used.Waiting * PartsOfTime * used.Last);
        return delay < MaxDelay ? delay : MaxDelay;
    }

    /// <summary>Counts what one piece of work took.</summary>
    public void Add(string tenant, TimeSpan took)
    {
        if (tenants.Count >= MaxTenants) tenants.Clear();
        var (used, now) = (tenants.GetOrAdd(tenant, _ => new Used()), clock.GetUtcNow());
        used.Until = (used.Until > now ? used.Until : now) + (PartsOfTime * took);
        used.Last = took;
    }

    // One piece at a time in a process, so there are no races that matter.
    sealed class Used
    {
        public DateTimeOffset Until { get; set; }

        public TimeSpan Last { get; set; }

        public int Waiting { get; set; }
    }
}
