using System.Collections.Concurrent;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's share of the time that this process has for one kind of work, such as pictures. The queue serves who comes first; whoever has
/// used half of a while waits at its end, so that one tenant does not hold up everybody.
/// </summary>
public sealed class TenantShare(TimeProvider clock)
{
    const int PartsOfTime = 2; // Each tenant gets one of them.
    const int MaxTenants = 10_000;

    /// <summary>How long a tenant works before it counts that others wait.</summary>
    public TimeSpan Burst { get; init; } = TimeSpan.FromSeconds(30);

    static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<string, Used> tenants = new(StringComparer.Ordinal);

    /// <summary>How long the tenant's next piece of work has to wait, each one behind the one before; null if it need not.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="isNew">False for a piece that waits already: none waits behind it once more.</param>
    public TimeSpan? Delay(string tenant, bool isNew = true)
    {
        if (!tenants.TryGetValue(tenant, out var used)) return null;
        var ahead = used.Until - clock.GetUtcNow() - (PartsOfTime * Burst);
        if (ahead <= TimeSpan.Zero)
        {
            used.Waiting = 0;
            return null;
        }
        var delay = ahead + (used.Waiting * PartsOfTime * used.Last);
        if (isNew) used.Waiting++;
        return delay < MaxDelay ? TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds)) : MaxDelay; // Queues know whole seconds.
    }

    /// <summary>
    /// Puts a message back if its tenant has to wait and messages of others do, and says for how long; null if it did not. Who is alone
    /// has all of the time.
    /// </summary>
    /// <param name="queues">The queues.</param>
    /// <param name="queue">The one that the message came by, whose messages say their tenant.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="isNew">False if it waits already.</param>
    public async Task<TimeSpan?> TryWait<T>(
        WorkQueues queues, string queue, string tenant, T message, CancellationToken cancel, bool isNew = true) where T : notnull
    {
        if (Delay(tenant, isNew) is not { } delay) return null;
        if (await queues.HasOthers(queue, tenant, cancel))
        {
            await queues.Send(queue, message, cancel, delay);
            return delay;
        }
        if (tenants.TryGetValue(tenant, out var used)) (used.Until, used.Waiting) = (clock.GetUtcNow() + (PartsOfTime * Burst), 0);
        return null;
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
