using Latchkey.Access;
using Latchkey.Files;
using Latchkey.OAuth;
using Latchkey.Telemetry;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// Tells people that malware was found in a file: the user whose space it is in, or the owners of its group. Of an app's own space nobody
/// is told by mail; there the event and the audit are for.
/// </summary>
public sealed class InfectionNotices(TenantStore tenants, UserStore users, GroupStore groups, AccountNotices notices, ReplayCache uses,
    TimeProvider clock)
{
    const int MaxMembers = 100;
    const int MaxTold = 10;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Counts it and sends the mails, for some seconds at most, once in a quarter of an hour for each space. A mail that fails is only
    /// logged.
    /// </summary>
    public async Task Tell(FileRecord file, CancellationToken cancel)
    {
        Instruments.FileInfected(file.Tenant);
        if (!notices.Possible || await tenants.Find(file.Tenant, cancel) is not { } tenant) return;
        if (!await IsFirst(tenant, file.Owner, cancel)) return;
        var mails = new List<Task>();
        foreach (var id in await People(file, cancel))
        {
            if (await users.Find(tenant, id, cancel) is { Disabled: false, Deleting: false } user)
                mails.Add(notices.FileInfected(tenant, user, file.Name));
        }
        await Task.WhenAny(Task.WhenAll(mails), Task.Delay(Patience, cancel));
    }

    // Whoever can bring files in, a stranger by a request for files too, must not be able to fill somebody's mailbox.
    Task<bool> IsFirst(Tenant tenant, Owner owner, CancellationToken cancel)
    {
        var quarter = clock.GetUtcNow().UtcTicks / Interval.Ticks;
        var ends = new DateTimeOffset((quarter + 1) * Interval.Ticks, TimeSpan.Zero);
        return uses.TryUse(tenant, "infection-mail", $"{owner.Kind}:{owner.Id}|{quarter}", ends, cancel);
    }

    async Task<IEnumerable<string>> People(FileRecord file, CancellationToken cancel) => file.Owner.Kind switch
    {
        "user" => [file.Owner.Id],
        "group" => (await groups.Members(file.Tenant, file.Owner.Id, null, MaxMembers, cancel))
            .Where(member => member.Role == GroupRole.Owner).Take(MaxTold).Select(member => member.User),
        _ => [],
    };
}
