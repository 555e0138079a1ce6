using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>Selects entries of a tenant's audit log.</summary>
/// <param name="From">The earliest time.</param>
/// <param name="To">The latest time.</param>
/// <param name="User">Only entries in which this user is the actor or the target; null for all.</param>
/// <param name="Type">Only entries of this type; null for all.</param>
public sealed record AuditQuery(DateTimeOffset From, DateTimeOffset To, string? User, string? Type);

/// <summary>Reads a tenant's audit log, newest first, one day table after the other.</summary>
public sealed class AuditReader(AuditTables audit)
{
    // Each day costs a request, even without entries: this bounds how long one page takes.
    const int MaxDaysAtOnce = 31;

    /// <summary>
    /// One page and the key of the next. A page may be short, even empty, and still have a next key: matching entries are
    /// rare then, and there are more days to search.
    /// </summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public async Task<(IReadOnlyList<AuditEntry> Entries, string? Next)> Page(
        Tenant tenant, AuditQuery wanted, string? after, int limit, CancellationToken cancel)
    {
        var (startDay, startKey) = Start(wanted, after);
        var days = (await Days(wanted, cancel)).Where(day => string.CompareOrdinal(day, startDay) <= 0).ToList();
        var entries = new List<AuditEntry>();
        var last = "";
        foreach (var day in days.Take(MaxDaysAtOnce))
        {
            await foreach (var row in Rows(tenant, wanted, day, day == startDay ? startKey : "", limit + 1, cancel))
            {
                if (entries.Count == limit) return (entries, last);
                entries.Add(AuditTables.Read(row));
                last = $"{day}.{row.RowKey}";
            }
        }
        return (entries, days.Count > MaxDaysAtOnce ? $"{days[MaxDaysAtOnce]}." : null);
    }

    /// <summary>Every matching entry.</summary>
    public async IAsyncEnumerable<AuditEntry> All(
        Tenant tenant, AuditQuery wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var day in await Days(wanted, cancel))
        {
            await foreach (var row in Rows(tenant, wanted, day, "", null, cancel)) yield return AuditTables.Read(row);
        }
    }

    // Newest first. Listing the tables takes one request, which is cheaper than querying days that have no table.
    async Task<IEnumerable<string>> Days(AuditQuery wanted, CancellationToken cancel) =>
        from day in (await audit.Tables.Buckets(cancel)).Reverse()
        where string.CompareOrdinal(day, ExpiringTables.Bucket(wanted.From)) >= 0
            && string.CompareOrdinal(day, ExpiringTables.Bucket(wanted.To)) <= 0
        select day;

    IAsyncEnumerable<TableEntity> Rows(
        Tenant tenant, AuditQuery wanted, string day, string after, int? pageSize, CancellationToken cancel)
    {
        var (newest, oldest) = (AuditTables.Before(wanted.To), AuditTables.Before(wanted.From) + "~");
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {tenant.Id} and RowKey gt {after} and RowKey gt {newest} and RowKey lt {oldest}");
        if (wanted.Type is not null) filter += TableClient.CreateQueryFilter($" and Type eq {wanted.Type}");
        if (wanted.User is not null) filter += TableClient.CreateQueryFilter($" and (Actor eq {wanted.User} or Target eq {wanted.User})");
        return audit.Tables.For(day).Query(filter, pageSize, cancel);
    }

    static (string Day, string Key) Start(AuditQuery wanted, string? after)
    {
        if (after is null) return (ExpiringTables.Bucket(wanted.To), "");
        var dot = after.IndexOf('.', StringComparison.Ordinal);
        return dot == 8 && ExpiringTables.IsBucket(after[..dot]) ? (after[..dot], after[(dot + 1)..]) : throw Paging.InvalidCursor();
    }
}
