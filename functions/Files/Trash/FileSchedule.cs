using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>An entry of the schedule: a file, its former versions, a share, or old changes of a space, that the sweep has to
/// handle.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Space">The key of the space.</param>
/// <param name="FileId">The file, or null for the changes.</param>
/// <param name="ShareId">The share, or null for the file itself.</param>
/// <param name="Bucket">The bucket of its table.</param>
/// <param name="Row">Its row.</param>
public sealed record ScheduledFile(string Tenant, string Space, string? FileId, string? ShareId, string Bucket, TableEntity Row);

/// <summary>
/// What the sweep has to handle, and when (SCHEMA.md, tables Due…): files in the trash, copies, shares that expire, old changes. An entry
/// is written before the change that needs it, so nothing is ever missed. The file's record says what there is to do, if anything. So the
/// sweep never has to read the records of all files.
/// </summary>
public sealed class FileSchedule(StorageClients storage)
{
    /// <summary>In place of a share's id: the id is that of a request for files (<see cref="FileRequest"/>).</summary>
    public const string Request = "request";

    /// <summary>In place of a share's id: the id is that of a link to a folder or to several files (<see cref="SpaceLink"/>).</summary>
    public const string Link = "link";

    /// <summary>In place of a share's id: the id is that of a job (<see cref="FolderJob"/>).</summary>
    public const string Job = "job";

    /// <summary>In place of a share's id: the former versions of the file.</summary>
    public const string Versions = "versions";

    readonly ExpiringTables tables = new(storage.Tables, TableNames.Due);

    /// <summary>Schedules a file.</summary>
    public Task Add(FileRecord file, DateTimeOffset at, CancellationToken cancel) => Add(file.Tenant, file.Id, null, at, cancel);

    /// <summary>Schedules a share of a file, or the file if there is no share.</summary>
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

    /// <summary>Schedules the end of a request for files.</summary>
    public Task AddRequest(string tenant, string id, DateTimeOffset at, CancellationToken cancel) => Add(tenant, id, Request, at, cancel);

    /// <summary>Schedules the end of a link to a folder or to several files.</summary>
    public Task AddLink(string tenant, string id, DateTimeOffset at, CancellationToken cancel) => Add(tenant, id, Link, at, cancel);

    /// <summary>Schedules the end of a space's changes. All of a day are one entry.</summary>
    public Task AddChanges(string tenant, string space, DateTimeOffset at, CancellationToken cancel) =>
        tables.For(ExpiringTables.Bucket(at)).Put(
            new TableEntity(RowKeys.Space(tenant, space), $"changes|{RowKeys.Ascending(at)}") { ["Tenant"] = tenant, ["At"] = at }, cancel);

    /// <summary>All entries that are due.</summary>
    public async IAsyncEnumerable<ScheduledFile> DueAt(
        DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var bucket in await tables.BucketsUpTo(now, cancel))
        {
            await foreach (var row in tables.For(bucket).Scan($"At le {now}", cancel))
            {
                yield return new ScheduledFile(row.GetString("Tenant"), row.PartitionKey[(row.PartitionKey.LastIndexOf('|') + 1)..],
                    row.GetString("FileId"), row.GetString("ShareId"), bucket, row);
            }
        }
    }

    /// <summary>Removes an entry that was handled.</summary>
    public Task Remove(ScheduledFile item, CancellationToken cancel) =>
        tables.For(item.Bucket).TryDelete(item.Row.PartitionKey, item.Row.RowKey, cancel);

    /// <summary>Drops the empty tables whose day has been over for more than a day; returns how many.</summary>
    public async Task<int> DropEmpty(DateTimeOffset now, CancellationToken cancel)
    {
        var dropped = 0;
        foreach (var bucket in await tables.BucketsUpTo(now.AddDays(-2), cancel))
        {
            if (await tables.For(bucket).Query("PartitionKey ge ''", pageSize: 1, cancel).AnyAsync(cancel)) continue;
            await tables.Drop(bucket, cancel);
            dropped++;
        }
        return dropped;
    }
}
