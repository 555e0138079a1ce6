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
/// Enforces the quota of a tenant. One counter that every upload of a tenant writes would be a hot row, so each space reserves a
/// share of the quota ahead and uses it up by itself. All reserved shares together never exceed the limit, and no space exceeds
/// its share (<see cref="SpaceQuota"/>). Near the limit the shares become as small as the files. The tenant's rows are written first
/// when a share grows and last when it shrinks, so a crash in between leaves the space a share that is too large, never too small.
/// </summary>
public sealed class TenantQuota(StorageClients storage, TimeProvider clock) : IDisposable
{
    const long MaxBytesAhead = 64 << 20;
    const long MaxFilesAhead = 64;
    const int MaxAttempts = 20;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));
    readonly SemaphoreSlim turn = new(1);

    /// <summary>Enlarges the space's share, so that it covers the usage to come.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, with the tenant's limit and usage; 503 <c>space_busy</c>.</exception>
    public async Task<Usage> Reserve(string tenant, string space, Usage now, Usage next, FileLimits limits, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel); // Spaces in one process would only make each other fail.
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
            // Written even if nothing grows, so that a concurrent release loses its race and leaves the share alone.
            if (await table.TryTransact([total.Add(bytes, files).Write(), part.Write()], cancel))
                return now with { TakenBytes = part.Bytes, TakenFiles = part.Files };
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 5 * attempt)), clock, cancel);
        }
        throw Problem.Unavailable("space_busy", "Too many changes are being made in this tenant at once.", 1);
    }

    /// <summary>What the space has reserved in excess of its needs, or null if that is little.</summary>
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

    /// <summary>Releases the excess, once the space's usage row says that it keeps less. If a race is lost, the space keeps it.</summary>
    public Task Release(Excess excess, CancellationToken cancel) => table.TryTransact(excess.Rows, cancel);

    /// <summary>
    /// Releases what a crash left reserved for spaces that don't know of it. Shares that changed after
    /// <paramref name="untouchedSince"/> are skipped, because a share that is being enlarged looks the same. Returns how many
    /// shares were repaired.
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

    /// <summary>What all spaces have reserved: what they hold and what each reserved ahead.</summary>
    public async Task<(long Bytes, long Files)> Reserved(string tenant, CancellationToken cancel)
    {
        var row = await table.Find(RowKeys.TenantQuota(tenant), RowKeys.TenantQuotaTotal, cancel);
        return (row?.GetInt64("Bytes") ?? 0, row?.GetInt64("Files") ?? 0);
    }

    /// <summary>
    /// Deletes the rows of an empty space: its usage, then its share, unless either changed meanwhile. <see cref="Repair"/>
    /// releases a share that a crash or a lost race leaves.
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

    // What is needed and a reserve, which is at most an eighth of what the tenant has left.
    static long WithReserve(long needed, long left, long maxReserve) =>
        needed <= 0 ? 0 : needed + Math.Min(maxReserve, (left - needed) / 8);

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
