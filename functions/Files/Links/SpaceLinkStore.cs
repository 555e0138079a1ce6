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
    const int MaxAttempts = 20;

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

    /// <summary>Changes a link, and tells others of it; null if it is gone.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="link">The link as it was read.</param>
    /// <param name="fields">What is changed.</param>
    /// <param name="change">What it becomes; the same if nothing is to be written.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">503 <c>link_busy</c>; those of <paramref name="change"/>.</exception>
    public Task<SpaceLink?> Change(
        Tenant tenant, SpaceLink link, IReadOnlyList<string> fields, Func<SpaceLink, SpaceLink> change, CancellationToken cancel) =>
        Change(link, change, changed => outbox.TryTransact(tenant, TableNames.Files,
            [new(TableTransactionActionType.UpdateReplace, changed.ToRow(), changed.ETag)],
            [EventOf(EventTypes.LinkChanged, changed, ("changes", fields))], cancel), cancel);

    /// <summary>Changes what a link counts, of which nobody is told; null if it is gone.</summary>
    /// <exception cref="Problem">503 <c>link_busy</c>; those of <paramref name="change"/>.</exception>
    public Task<SpaceLink?> Count(SpaceLink link, Func<SpaceLink, SpaceLink> change, CancellationToken cancel) =>
        Change(link, change, changed => table.TryReplace(changed.ToRow(), cancel), cancel);

    // The link is read again as long as others change it in between.
    async Task<SpaceLink?> Change(
        SpaceLink link, Func<SpaceLink, SpaceLink> change, Func<SpaceLink, Task<bool>> write, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var changed = change(link);
            if (changed == link) return link;
            // Before the row, so that the sweep finds it.
            if (changed.Until is { } until && until != link.Until) await schedule.AddLink(link.Tenant, link.Id, until, cancel);
            if (await write(changed)) return changed;
            if (await Find(link.Tenant, link.Id, cancel) is not { } now) return null;
            link = now;
        }
        throw Busy();
    }

    /// <summary>503 <c>link_busy</c>: others keep changing a link.</summary>
    public static Problem Busy() => Problem.Unavailable("link_busy", "Too many people are using this link right now.", 1);

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

    static TenantEvent EventOf(string type, SpaceLink link, params IReadOnlyList<(string Name, object? Value)> more) =>
        new(type, [("linkId", link.Id), ("ownerKind", link.Owner.Kind), ("ownerId", link.Owner.Id), .. more]);
}
