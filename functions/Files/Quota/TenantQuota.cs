using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What a space has reserved of its tenant's quota but doesn't need any more.</summary>
/// <param name="Kept">The space's usage once the excess is released.</param>
/// <param name="Rows">The writes that release it, conditional on what was read.</param>
public sealed record Excess(Usage Kept, IReadOnlyList<TableTransactionAction> Rows);

/// <summary>
/// Enforces the quota of a tenant. One counter that every upload of a tenant writes would be a hot row, so each space has a
/// reservation, with some headroom, and uses it up by itself. All reservations together never exceed the limit, and no space
/// exceeds its reservation (<see cref="SpaceQuota"/>). Near the limit the headroom shrinks to nothing. The tenant's rows are written
/// first when a reservation grows and last when it shrinks, so a crash in between leaves one that is too large, never too small.
/// </summary>
public sealed class TenantQuota(StorageClients storage, TimeProvider clock) : IDisposable
{
    const long MaxHeadroomBytes = 64 << 20;
    const long MaxHeadroomFiles = 64;
    const int MaxAttempts = 20;
    const int SpacesAtOnce = 8;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));
    readonly SemaphoreSlim turn = new(1);

    /// <summary>Enlarges the space's reservation, so that it covers the usage to come.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, with the tenant's limit and usage; 503 <c>space_busy</c>.</exception>
    public async Task<Usage> Reserve(string tenant, string space, Usage now, Usage next, FileLimits limits, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel); // Spaces in one process would only make each other fail.
        try
        {
            return await Enlarge(tenant, space, now, next, limits, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    async Task<Usage> Enlarge(string tenant, string space, Usage now, Usage next, FileLimits limits, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (total, own) = await Read(tenant, space, cancel);
            var (bytes, files) = (next.Bytes - own.Bytes, next.Files - own.Files);
            Usage.EnsureWithin("tenant bytes", limits.TenantBytes, total.Bytes, bytes);
            Usage.EnsureWithin("tenant files", limits.TenantFiles, total.Files, files);
            bytes = WithHeadroom(bytes, limits.TenantBytes - total.Bytes, MaxHeadroomBytes);
            files = WithHeadroom(files, limits.TenantFiles - total.Files, MaxHeadroomFiles);
            own = own.Add(bytes, files);
            // Written even if nothing grows, so that a concurrent release loses its race and leaves the reservation alone.
            if (await table.TryTransact([total.Add(bytes, files).Write(), own.Write()], cancel))
                return now with { ReservedBytes = own.Bytes, ReservedFiles = own.Files };
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw Problem.Unavailable("space_busy", "Too many changes are being made in this tenant at once.", 1);
    }

    /// <summary>What the space has reserved in excess of its needs, or null if that is little.</summary>
    public async Task<Excess?> FindExcess(string tenant, string space, Usage next, FileLimits limits, CancellationToken cancel)
    {
        var headroomBytes = Math.Min(MaxHeadroomBytes, limits.TenantBytes / 64);
        var headroomFiles = Math.Min(MaxHeadroomFiles, limits.TenantFiles / 64);
        if (next.ReservedBytes - next.Bytes <= 2 * headroomBytes && next.ReservedFiles - next.Files <= 2 * headroomFiles) return null;
        var keep = next with
        {
            ReservedBytes = Math.Min(next.ReservedBytes, next.Bytes + headroomBytes),
            ReservedFiles = Math.Min(next.ReservedFiles, next.Files + headroomFiles),
        };
        var (total, own) = await Read(tenant, space, cancel);
        var (bytes, files) = (keep.ReservedBytes - own.Bytes, keep.ReservedFiles - own.Files);
        return new Excess(keep, [total.Add(bytes, files).Write(), own.Add(bytes, files).Write()]);
    }

    /// <summary>Releases the excess, once the space's usage row says that it keeps less. If a race is lost, the space keeps it.</summary>
    public Task Release(Excess excess, CancellationToken cancel) => table.TryTransact(excess.Rows, cancel);

    /// <summary>
    /// Releases what a crash left reserved for spaces that don't know of it, space by space. Reservations that changed after
    /// <paramref name="untouchedSince"/> are skipped, because one that is being enlarged looks the same.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="after">Where the last call ended, or null.</param>
    /// <param name="limit">How many spaces are looked at.</param>
    /// <param name="untouchedSince">See above.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>How many reservations were repaired, and where the next call begins; null if this was the last.</returns>
    public async Task<(int Repaired, string? Next)> Repair(
        string tenant, string? after, int limit, DateTimeOffset untouchedSince, CancellationToken cancel)
    {
        var (repaired, partition, start) = (0, RowKeys.TenantReservations(tenant), RowKeys.SpaceReservation(""));
        var from = after is null ? start : after + "0"; // No key is a prefix of another.
        var rows = await table.Range(partition, from, start + "~", limit, cancel).Take(limit).ToListAsync(cancel);
        foreach (var some in rows.Where(row => row.Timestamp < untouchedSince).Chunk(SpacesAtOnce))
        {
            var found = await Task.WhenAll(some.Select(row => Forgotten(tenant, partition, row, cancel)));
            foreach (var (own, bytes, files) in found) // One after the other: each writes the tenant's total.
                if ((bytes, files) != (0, 0) && await TryShrink(own, bytes, files, cancel)) repaired++;
        }
        return (repaired, rows.Count == limit ? rows[^1].RowKey : null);
    }

    // What is reserved for a space beyond what it knows of, as negative numbers.
    async Task<(Reservation Own, long Bytes, long Files)> Forgotten(
        string tenant, string partition, TableEntity row, CancellationToken cancel)
    {
        var space = row.RowKey[RowKeys.SpaceReservation("").Length..];
        var usage = Usage.Read(await table.Find(RowKeys.Space(tenant, space), RowKeys.SpaceUsage, cancel));
        var own = Reservation.Of(partition, row.RowKey, row);
        return (own, Math.Min(0, usage.ReservedBytes - own.Bytes), Math.Min(0, usage.ReservedFiles - own.Files));
    }

    async Task<bool> TryShrink(Reservation own, long bytes, long files, CancellationToken cancel)
    {
        var total = Reservation.Of(
            own.Partition, RowKeys.TotalReservation, await table.Find(own.Partition, RowKeys.TotalReservation, cancel));
        return await table.TryTransact([total.Add(bytes, files).Write(), own.Add(bytes, files).Write()], cancel);
    }

    /// <summary>What all spaces have reserved: what they hold, and the headroom of each.</summary>
    public async Task<(long Bytes, long Files)> Reserved(string tenant, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.TenantReservations(tenant), RowKeys.TotalReservation, cancel);
        return (row?.GetInt64("Bytes") ?? 0, row?.GetInt64("Files") ?? 0);
    }

    /// <summary>
    /// Deletes the rows of an empty space: its usage, then its reservation, unless either changed meanwhile.
    /// <see cref="Repair"/> releases a reservation that a crash or a lost race leaves.
    /// </summary>
    public async Task RemoveSpace(string tenant, string space, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.Space(tenant, space), RowKeys.SpaceUsage, cancel);
        if (row is null || Usage.Read(row).Files > 0) return;
        var (total, own) = await Read(tenant, space, cancel);
        if (!await table.TryDelete(row, cancel) || own.ETag is not { } etag) return;
        TableTransactionAction gone = new(TableTransactionActionType.Delete, new TableEntity(own.Partition, own.Key), etag);
        await table.TryTransact([total.Add(-own.Bytes, -own.Files).Write(), gone], cancel);
    }

    async Task<(Reservation Total, Reservation Own)> Read(string tenant, string space, CancellationToken cancel)
    {
        var partition = RowKeys.TenantReservations(tenant);
        string[] keys = [RowKeys.TotalReservation, RowKeys.SpaceReservation(space)];
        var rows = await Task.WhenAll(keys.Select(key => table.Find(partition, key, cancel)));
        return (Reservation.Of(partition, keys[0], rows[0]), Reservation.Of(partition, keys[1], rows[1]));
    }

    // What is needed and a headroom, which is at most an eighth of what the tenant has left.
    static long WithHeadroom(long needed, long left, long maxHeadroom) =>
        needed <= 0 ? 0 : needed + Math.Min(maxHeadroom, (left - needed) / 8);

    sealed record Reservation(string Partition, string Key, long Bytes, long Files, ETag? ETag)
    {
        public static Reservation Of(string partition, string key, TableEntity? row) => row is null
            ? new(partition, key, 0, 0, null)
            : new(partition, key, row.GetInt64("Bytes")!.Value, row.GetInt64("Files")!.Value, row.ETag);

        public Reservation Add(long bytes, long files) =>
            this with { Bytes = Math.Max(0, Bytes + bytes), Files = Math.Max(0, Files + files) };

        public TableTransactionAction Write()
        {
            var row = new TableEntity(Partition, Key) { ["Bytes"] = Bytes, ["Files"] = Files };
            return ETag is { } etag
                ? new(TableTransactionActionType.UpdateReplace, row, etag)
                : new(TableTransactionActionType.Add, row);
        }
    }
}
