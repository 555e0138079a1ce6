using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// The records of files (SCHEMA.md, table Files). Each move from one state to the next is one transaction: the record,
/// the rows that list it, its folders, and what its space holds; or it is none, if the record changed meanwhile.
/// </summary>
public sealed class FileStore(StorageClients storage, SpaceQuota spaceQuota)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Writes a new record and reserves its room.</summary>
    /// <param name="file">The record.</param>
    /// <param name="who">Who begins it.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, 429 <c>too_many_oversized</c>.</exception>
    public async Task Add(FileRecord file, Owner who, CancellationToken cancel)
    {
        TableTransactionAction add = new(TableTransactionActionType.Add, FileRows.RecordRow(file));
        if (await spaceQuota.TryTransact(file.Tenant, file.Space, UsageChange.Begin(file, who), [add], cancel)) return;
        // The id is fresh: if it is there, then it is from us, and the answer to the write was lost.
        if (await Find(file.Tenant, file.Id, cancel) is null)
            throw Problem.Unavailable("space_busy", "Too much happens in this space at once.", 1);
    }

    /// <summary>The file in whatever state, or null. A text that is no id asks nobody.</summary>
    public async Task<FileRecord?> Find(string tenant, string? id, CancellationToken cancel)
    {
        if (id is null || !FileRecord.IsId(id)) return null;
        var row = await table.Find(FileRows.Partition(tenant, id), RowKeys.File(id), cancel);
        return row is null ? null : FileRows.Read(tenant, row);
    }

    /// <summary>Makes a file available and lists it, at once; false if the record changed meanwhile.</summary>
    public Task<bool> TryComplete(FileRecord available, CancellationToken cancel) =>
        TryMove(available with { ListKeys = [] }, available, UsageChange.Complete, cancel);

    /// <summary>Takes a file from one state to the next, at once; false if the record changed meanwhile.</summary>
    public Task<bool> TryMove(FileRecord before, FileRecord after, UsageChange change, CancellationToken cancel)
    {
        var partition = FileRows.Partition(after);
        List<TableTransactionAction> rows =
        [
            new(TableTransactionActionType.UpdateReplace, FileRows.RecordRow(after), before.ETag),
            .. before.ListKeys.Except(after.ListKeys).Select(key =>
                new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(partition, key), ETag.All)),
            .. after.ListKeys.Select(key =>
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, FileRows.ListRow(after, key))),
        ];
        if (after.Status == FileStatus.Available)
        {
            rows.AddRange(FileRows.FolderRows(partition, after.Folder).Select(row =>
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)));
        }
        return change == default
            ? table.TryTransact(rows, cancel)
            : spaceQuota.TryTransact(after.Tenant, after.Space, change, rows, cancel);
    }

    /// <summary>
    /// Forgets a file and gives its room back, at once; false if the record changed meanwhile or is gone. Its bytes must
    /// be gone by then.
    /// </summary>
    public Task<bool> Remove(FileRecord file, CancellationToken cancel) => spaceQuota.TryTransact(
        file.Tenant, file.Space, UsageChange.Forget(file),
        [new(TableTransactionActionType.Delete, new TableEntity(FileRows.Partition(file), RowKeys.File(file.Id)), file.ETag)], cancel);
}
