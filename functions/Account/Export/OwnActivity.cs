using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// What the audit says of one user, for the user. It is ordered by day and has no index of users, so how far back it is searched, for
/// how long and for how much is bounded.
/// </summary>
public sealed class OwnActivity(AuditReader reader, AuditLog audit, TimeProvider clock)
{
    const int MaxDays = 30;
    const int MaxEntries = 1000;
    const string Exported = "data-export";

    static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    /// <summary>The newest entries in which the user acts, or which are about the user.</summary>
    /// <returns>The entries, from when on they were searched, and false if there may be more since then.</returns>
    public async Task<(IReadOnlyList<AuditEntry> Entries, DateTimeOffset From, bool IsWhole)> Read(
        Tenant tenant, User user, CancellationToken cancel)
    {
        var (now, entries) = (clock.GetUtcNow(), new List<AuditEntry>());
        var wanted = new AuditQuery(now.AddDays(-MaxDays), now.AddTicks(1), user.Id, Type: null);
        using var timeout = new CancellationTokenSource(MaxTime, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            await foreach (var entry in reader.All(tenant, wanted, limit.Token))
            {
                if (entries.Count == MaxEntries) return (entries, wanted.From, false);
                entries.Add(entry);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (entries, wanted.From, false);
        }
        return (entries, wanted.From, true);
    }

    /// <summary>An entry as the user sees it. Who else acted, and from where, is not the user's data.</summary>
    public static object Describe(AuditEntry entry, User user)
    {
        var isOwn = entry.Actor == user.Id;
        return new
        {
            at = entry.At.UtcDateTime,
            entry.Type,
            by = isOwn ? "user" : entry.Actor is not null ? "otherUser" : entry.Client is not null ? "app" : "system",
            app = isOwn ? entry.Client : null,
            target = isOwn ? entry.Target : null,
            address = isOwn ? entry.Address : null,
            entry.Result,
            entry.Detail,
        };
    }

    /// <summary>Records a download, cut off or not.</summary>
    public void Add(Tenant tenant, User user, string? client, int files, bool isWhole) =>
        audit.Add(tenant.Id, Exported, user.Id, client, null, $"files={files}{(isWhole ? "" : ", cut off")}");
}
