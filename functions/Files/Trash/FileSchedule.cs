using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Something that somebody has to look at once its time has come.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="FileId">The file.</param>
/// <param name="ShareId">The share of it, or null for the file itself.</param>
/// <param name="Bucket">The table.</param>
/// <param name="Row">The row.</param>
public sealed record ScheduledFile(string Tenant, string FileId, string? ShareId, string Bucket, TableEntity Row);

/// <summary>
/// What the sweep has to look at, and when (SCHEMA.md, tables Due…): trash, copies, shares with an end. A row is written
/// before what it is about, so nothing is ever forgotten; what there is to do, if anything, the record says. That way
/// nobody has to read the live files.
/// </summary>
public sealed class FileSchedule(StorageClients storage)
{
    readonly ExpiringTables tables = new(storage.Tables, TableNames.Due);

    /// <summary>Has a file looked at.</summary>
    public Task Add(FileRecord file, DateTimeOffset at, CancellationToken cancel) => Add(file.Tenant, file.Id, null, at, cancel);

    /// <summary>Has a file's share looked at.</summary>
    public Task Add(string tenant, string fileId, string? shareId, DateTimeOffset at, CancellationToken cancel)
    {
        var key = $"{fileId}|{shareId}|{RowKeys.Ascending(at)}";
        return tables.For(ExpiringTables.Bucket(at)).Put(new TableEntity(RowKeys.Space(tenant, fileId[..16]), key)
        {
            ["Tenant"] = tenant,
            ["FileId"] = fileId,
            ["ShareId"] = shareId,
            ["At"] = at,
        }, cancel);
    }

    /// <summary>What is due, from all days.</summary>
    public async IAsyncEnumerable<ScheduledFile> DueAt(
        DateTimeOffset now, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var bucket in await tables.BucketsUpTo(now, cancel))
        {
            await foreach (var row in tables.For(bucket).Scan($"At le {now}", cancel))
                yield return new ScheduledFile(row.GetString("Tenant"), row.GetString("FileId"), row.GetString("ShareId"), bucket, row);
        }
    }

    /// <summary>It has been dealt with.</summary>
    public Task Remove(ScheduledFile item, CancellationToken cancel) =>
        tables.For(item.Bucket).TryDelete(item.Row.PartitionKey, item.Row.RowKey, cancel);

    /// <summary>Drops the tables whose day is over by more than a day and in which nothing is left; returns how many.</summary>
    public async Task<int> DropEmpty(DateTimeOffset now, CancellationToken cancel)
    {
        var dropped = 0;
        foreach (var bucket in await tables.BucketsUpTo(now.AddDays(-2), cancel))
        {
            if (await tables.For(bucket).Scan($"PartitionKey ge ''", cancel).AnyAsync(cancel)) continue;
            await tables.Drop(bucket, cancel);
            dropped++;
        }
        return dropped;
    }
}
