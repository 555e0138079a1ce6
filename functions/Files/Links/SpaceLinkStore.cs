using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The rows of links to folders and to several files (<see cref="SpaceLink"/>).</summary>
public sealed class SpaceLinkStore(StorageClients storage, FileSchedule schedule, TenantStore tenants, Outbox outbox)
{
    const int MaxPerSpace = 500;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>A link, or null. Storage is not asked for a text that can't be an id.</summary>
    public async Task<SpaceLink?> Find(string tenant, string? id, CancellationToken cancel)
    {
        if (id is null || !FileRecord.IsId(id)) return null;
        var row = await table.Find(FileRows.Partition(tenant, id), RowKeys.Link(id), cancel);
        return row is null ? null : SpaceLink.Read(tenant, row);
    }

    /// <summary>The links of a space by their ids, after the given one; at most one more than <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<SpaceLink>> List(string tenant, string space, string? after, int limit, CancellationToken cancel)
    {
        var from = RowKeys.Link(after is null ? "" : after + "0"); // No id is a prefix of another.
        return await table.Range(RowKeys.Space(tenant, space), from, RowKeys.AnyLink + "~", limit + 1, cancel)
            .Take(limit + 1).Select(row => SpaceLink.Read(tenant, row)).ToListAsync(cancel);
    }

    /// <summary>Writes a new link.</summary>
    /// <exception cref="Problem">409 <c>too_many_links</c></exception>
    public async Task Add(Tenant tenant, SpaceLink link, CancellationToken cancel)
    {
        var keys = table.Keys(RowKeys.Space(tenant.Id, link.Id[..16]), RowKeys.AnyLink, RowKeys.AnyLink + "~", cancel);
        if (await keys.Take(MaxPerSpace).CountAsync(cancel) == MaxPerSpace)
            throw Problem.Conflict("too_many_links", $"A space can have {MaxPerSpace} links to folders and selections at most.");
        // Before the row, so that the sweep finds it.
        if (link.Until is { } until) await schedule.AddLink(tenant.Id, link.Id, until, cancel);
        // The id is new: if it is there, its own insertion's answer was lost.
        await outbox.TryTransact(tenant, TableNames.Files, [new(TableTransactionActionType.Add, link.ToRow())],
            [EventOf(EventTypes.LinkCreated, link)], cancel);
    }

    /// <summary>Replaces a link that was read before; false if it has changed since.</summary>
    public Task<bool> TryReplace(SpaceLink link, CancellationToken cancel) => table.TryReplace(link.ToRow(), cancel);

    /// <summary>Deletes a link; false if it is gone already.</summary>
    public Task<bool> TryRemove(Tenant tenant, SpaceLink link, CancellationToken cancel) => TryRemove(tenant, link, ETag.All, cancel);

    /// <summary>Deletes a link that has expired.</summary>
    public async Task RemoveExpired(string tenant, string id, DateTimeOffset now, CancellationToken cancel)
    {
        if (await Find(tenant, id, cancel) is not { } link || link.IsLive(now)) return;
        if (await tenants.Find(tenant, cancel) is { } owner) await TryRemove(owner, link, link.ETag, cancel);
        else await table.TryDelete(link.ToRow(), cancel);
    }

    Task<bool> TryRemove(Tenant tenant, SpaceLink link, ETag etag, CancellationToken cancel) => outbox.TryTransact(
        tenant, TableNames.Files, [new(TableTransactionActionType.Delete, link.ToRow(), etag)],
        [EventOf(EventTypes.LinkRevoked, link)], cancel);

    static TenantEvent EventOf(string type, SpaceLink link) =>
        new(type, ("linkId", link.Id), ("ownerKind", link.Owner.Kind), ("ownerId", link.Owner.Id));
}
