using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The rows of requests for files (<see cref="FileRequest"/>).</summary>
public sealed class FileRequestStore(StorageClients storage, FileSchedule schedule, Outbox outbox)
{
    /// <summary>The most requests of a space, those among them that have ended and are still kept.</summary>
    const int MaxPerSpace = 500;

    // Those of one process wait for each other, because at the same time they would only make each other fail.
    readonly KeyedSemaphore turns = new(maxWaiting: 1000, TimeSpan.FromSeconds(30));

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>A request, or null. Storage is not asked for a text that can't be an id.</summary>
    public async Task<FileRequest?> Find(string tenant, string? id, CancellationToken cancel)
    {
        if (id is null || !FileRecord.IsId(id)) return null;
        var row = await table.Find(FileRows.Partition(tenant, id), RowKeys.FileRequest(id), cancel);
        return row is null ? null : FileRequest.Read(tenant, row);
    }

    /// <summary>The requests of a space by their ids, after the given one; at most one more than <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<FileRequest>> List(
        string tenant, string space, string? after, int limit, CancellationToken cancel)
    {
        var from = RowKeys.FileRequest(after is null ? "" : after + "0"); // No id is a prefix of another.
        return await table.Range(RowKeys.Space(tenant, space), from, RowKeys.AnyFileRequest + "~", limit + 1, cancel)
            .Take(limit + 1).Select(row => FileRequest.Read(tenant, row)).ToListAsync(cancel);
    }

    /// <summary>Writes a new request.</summary>
    /// <exception cref="Problem">409 <c>too_many_requests</c></exception>
    public async Task Add(Tenant tenant, FileRequest request, CancellationToken cancel)
    {
        var keys = table.Keys(
            RowKeys.Space(request.Tenant, request.Id[..16]), RowKeys.AnyFileRequest, RowKeys.AnyFileRequest + "~", cancel);
        if (await keys.Take(MaxPerSpace).CountAsync(cancel) == MaxPerSpace)
            throw Problem.Conflict("too_many_requests", $"A space can have {MaxPerSpace} requests, those of the last 30 days among them.");
        // Before the row, so that the sweep finds it.
        await schedule.AddRequest(request.Tenant, request.Id, request.KeptUntil, cancel);
        // The id is new: if it is there, its own insertion's answer was lost.
        await outbox.TryTransact(tenant, TableNames.Files, [new(TableTransactionActionType.UpsertReplace, request.ToRow())],
            [EventOf(EventTypes.RequestCreated, request, ("expiresAt", request.ExpiresAt))], cancel);
    }

    /// <summary>Waits until nobody else in this process writes the request's row; dispose of the result.</summary>
    /// <exception cref="Problem">503 <c>space_busy</c></exception>
    public async Task<IDisposable> Turn(string id, CancellationToken cancel) =>
        await turns.Enter(id, atOnce: 1, cancel) ?? throw FileStore.Busy();

    /// <summary>Closes a request; null if it is gone, the request as it was if it is closed already.</summary>
    /// <exception cref="Problem">503 <c>space_busy</c></exception>
    public Task<FileRequest?> Close(Tenant tenant, string? id, DateTimeOffset now, CancellationToken cancel) =>
        Change(tenant, id, ["closed"], request => request.ClosedAt is null ? request with { ClosedAt = now } : request, cancel);

    /// <summary>Changes a request, and tells others of it; null if it is gone.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The request.</param>
    /// <param name="fields">What is changed.</param>
    /// <param name="change">What it becomes; the same if nothing is to be written.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">503 <c>space_busy</c>; those of <paramref name="change"/>.</exception>
    public Task<FileRequest?> Change(
        Tenant tenant, string? id, IReadOnlyList<string> fields, Func<FileRequest, FileRequest> change, CancellationToken cancel) =>
        Change(tenant.Id, id, change, (before, after) => outbox.TryTransact(tenant, TableNames.Files, [after.ToWrite()],
            [after.ClosedAt is not null && before.ClosedAt is null ? EventOf(EventTypes.RequestClosed, after)
                : EventOf(EventTypes.RequestChanged, after, ("changes", fields))], cancel), cancel);

    /// <summary>Changes what a request counts, of which nobody is told; null if it is gone.</summary>
    /// <exception cref="Problem">503 <c>space_busy</c>; those of <paramref name="change"/>.</exception>
    public Task<FileRequest?> Count(string tenant, string? id, Func<FileRequest, FileRequest> change, CancellationToken cancel) =>
        Change(tenant, id, change, (_, after) => table.TryReplace(after.ToRow(), cancel), cancel);

    // The request is read again as long as others change it in between.
    async Task<FileRequest?> Change(string tenant, string? id, Func<FileRequest, FileRequest> change,
        Func<FileRequest, FileRequest, Task<bool>> write, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < HandIns.MaxAttempts; attempt++)
        {
            if (await Find(tenant, id, cancel) is not { } request) return null;
            var changed = change(request);
            if (changed == request) return request;
            // Before the row, so that the sweep finds it.
            if (changed.KeptUntil != request.KeptUntil) await schedule.AddRequest(tenant, request.Id, changed.KeptUntil, cancel);
            if (await write(request, changed)) return changed;
        }
        throw FileStore.Busy();
    }

    /// <summary>Deletes a request that has ended long enough ago.</summary>
    public async Task RemoveEnded(string tenant, string id, DateTimeOffset now, CancellationToken cancel)
    {
        if (await Find(tenant, id, cancel) is { } request && request.KeptUntil <= now) await table.TryDelete(request.ToRow(), cancel);
    }

    static TenantEvent EventOf(string type, FileRequest request, params IReadOnlyList<(string Name, object? Value)> more) => new(type,
        [("requestId", request.Id), ("ownerKind", request.Owner.Kind), ("ownerId", request.Owner.Id), .. more]);
}
