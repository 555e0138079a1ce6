using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What a space will give back to its tenant's total.</summary>
/// <param name="Kept">The space's usage afterwards.</param>
/// <param name="Rows">The total and the space's part of it, if nobody changes them before.</param>
public sealed record Excess(Usage Kept, IReadOnlyList<TableTransactionAction> Rows);

/// <summary>
/// A tenant's total. A counter that every upload of a tenant writes would be one hot row; so a space takes a part of
/// the total ahead and uses it up by itself. All parts together never exceed the limit, and no part is exceeded by its
/// space (<see cref="SpaceQuota"/>); near the limit the parts become as small as the files. The tenant's side is written
/// first when a part grows and last when it shrinks: what a crash leaves between is the space's, which finds it again.
/// </summary>
public sealed class TenantQuota(StorageClients storage, TimeProvider clock) : IDisposable
{
    const long MaxBytesAhead = 64 << 20;
    const long MaxFilesAhead = 64;
    const int MaxAttempts = 20;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));
    readonly SemaphoreSlim turn = new(1);

    /// <summary>Makes the space's part large enough for what it is going to hold.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, with the tenant's numbers; 503 <c>space_busy</c>.</exception>
    public async Task<Usage> Reserve(string tenant, string space, Usage now, Usage next, FileLimits limits, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel); // Spaces of one process would only make each other fail.
        try
        {
            return await Grow(tenant, space, now, next, limits, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    async Task<Usage> Grow(string tenant, string space, Usage now, Usage next, FileLimits limits, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (total, part) = await Read(tenant, space, cancel);
            var (bytes, files) = (next.Bytes - part.Bytes, next.Files - part.Files);
            Usage.EnsureWithin("tenant bytes", limits.TenantBytes, total.Bytes, bytes);
            Usage.EnsureWithin("tenant files", limits.TenantFiles, total.Files, files);
            bytes = WithReserve(bytes, limits.TenantBytes - total.Bytes, MaxBytesAhead);
            files = WithReserve(files, limits.TenantFiles - total.Files, MaxFilesAhead);
            part = part.Add(bytes, files);
            // Written even if nothing grows, so that whoever is giving back at this moment notices and does not.
            if (await table.TryTransact([total.Add(bytes, files).Write(), part.Write()], cancel))
                return now with { TakenBytes = part.Bytes, TakenFiles = part.Files };
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw Problem.Unavailable("space_busy", "Too much happens in this tenant at once.", 1);
    }

    /// <summary>What the space has too much, or null if that is little.</summary>
    public async Task<Excess?> FindExcess(string tenant, string space, Usage next, FileLimits limits, CancellationToken cancel)
    {
        var bytesAhead = Math.Min(MaxBytesAhead, limits.TenantBytes / 64);
        var filesAhead = Math.Min(MaxFilesAhead, limits.TenantFiles / 64);
        if (next.TakenBytes - next.Bytes <= 2 * bytesAhead && next.TakenFiles - next.Files <= 2 * filesAhead) return null;
        var keep = next with
        {
            TakenBytes = Math.Min(next.TakenBytes, next.Bytes + bytesAhead),
            TakenFiles = Math.Min(next.TakenFiles, next.Files + filesAhead),
        };
        var (total, part) = await Read(tenant, space, cancel);
        var (bytes, files) = (keep.TakenBytes - part.Bytes, keep.TakenFiles - part.Files);
        return new Excess(keep, [total.Add(bytes, files).Write(), part.Add(bytes, files).Write()]);
    }

    /// <summary>Gives it back, after the space has written that it keeps less. A lost race leaves it with the space.</summary>
    public Task Release(Excess excess, CancellationToken cancel) => table.TryTransact(excess.Rows, cancel);

    /// <summary>
    /// Gives back what a crash left with spaces beyond what they know of; only what nobody has touched since
    /// <paramref name="untouchedSince"/>, because a part that is just growing looks the same. Returns how many.
    /// </summary>
    public async Task<int> Repair(string tenant, DateTimeOffset untouchedSince, CancellationToken cancel)
    {
        var (repaired, partition) = (0, RowKeys.TenantQuota(tenant));
        var start = RowKeys.TenantQuotaShare("");
        await foreach (var row in table.Range(partition, start, start + "~", null, cancel))
        {
            if (row.Timestamp >= untouchedSince) continue;
            var space = row.RowKey[start.Length..];
            var usage = Usage.Read(await table.Find(RowKeys.Space(tenant, space), RowKeys.SpaceQuota, cancel));
            var total = Counter.Of(partition, RowKeys.TenantQuotaTotal, await table.Find(partition, RowKeys.TenantQuotaTotal, cancel));
            var part = Counter.Of(partition, row.RowKey, row);
            var (bytes, files) = (Math.Min(0, usage.TakenBytes - part.Bytes), Math.Min(0, usage.TakenFiles - part.Files));
            if ((bytes, files) == (0, 0)) continue;
            if (await table.TryTransact([total.Add(bytes, files).Write(), part.Add(bytes, files).Write()], cancel)) repaired++;
        }
        return repaired;
    }

    /// <summary>What all spaces together have taken: as much as they hold, and what each took ahead.</summary>
    public async Task<(long Bytes, long Files)> Reserved(string tenant, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.TenantQuota(tenant), RowKeys.TenantQuotaTotal, cancel);
        return (row?.GetInt64("Bytes") ?? 0, row?.GetInt64("Files") ?? 0);
    }

    /// <summary>
    /// Forgets a space in which nothing is left: its usage, then its part, if nobody touched either meanwhile. A part that
    /// a crash or a lost race leaves is given back by <see cref="Repair"/>.
    /// </summary>
    public async Task RemoveSpace(string tenant, string space, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.Space(tenant, space), RowKeys.SpaceQuota, cancel);
        if (row is null || Usage.Read(row).Files > 0) return;
        var (total, part) = await Read(tenant, space, cancel);
        if (!await table.TryDelete(row, cancel) || part.ETag is not { } etag) return;
        TableTransactionAction gone = new(TableTransactionActionType.Delete, new TableEntity(part.Partition, part.Key), etag);
        await table.TryTransact([total.Add(-part.Bytes, -part.Files).Write(), gone], cancel);
    }

    async Task<(Counter Total, Counter Own)> Read(string tenant, string space, CancellationToken cancel)
    {
        var partition = RowKeys.TenantQuota(tenant);
        string[] keys = [RowKeys.TenantQuotaTotal, RowKeys.TenantQuotaShare(space)];
        var rows = await Task.WhenAll(keys.Select(key => table.Find(partition, key, cancel)));
        return (Counter.Of(partition, keys[0], rows[0]), Counter.Of(partition, keys[1], rows[1]));
    }

    static long WithReserve(long needed, long room, long most) => needed <= 0 ? 0 : needed + Math.Min(most, (room - needed) / 8);

    sealed record Counter(string Partition, string Key, long Bytes, long Files, ETag? ETag)
    {
        public static Counter Of(string partition, string key, TableEntity? row) => row is null
            ? new(partition, key, 0, 0, null)
            : new(partition, key, row.GetInt64("Bytes")!.Value, row.GetInt64("Files")!.Value, row.ETag);

        public Counter Add(long bytes, long files) =>
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
