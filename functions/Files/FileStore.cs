using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// The records of files (SCHEMA.md, table Files). Whatever is not there, deleted, or somebody else's looks the same to
/// a caller; a record says itself whose it is, and every read checks it.
/// </summary>
public sealed class FileStore(StorageClients storage)
{
    readonly Table table = new(storage.Tables.GetTableClient("Files"));

    /// <summary>Writes a new record. Its id is fresh, so a retry after a lost answer writes the same again.</summary>
    public Task Add(FileRecord file, CancellationToken cancel) => table.Put(FileRows.Record(file), cancel);

    /// <summary>The caller's file, pending or available. A text that is no id asks nobody.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>.</exception>
    public async Task<FileRecord> Get(Caller caller, string? id) =>
        await Find(caller, id) is { Status: not FileStatus.Deleted } file ? file : throw NotFound();

    /// <summary>The caller's file even if it is deleted and only remains are left, or null.</summary>
    public async Task<FileRecord?> Find(Caller caller, string? id)
    {
        if (id is null || !FileRecord.IsId(id)) return null;
        var file = await Find(caller.Tenant.Id, id, caller.Cancel);
        return file?.Owner == Owner.Of(caller.Token) ? file : null;
    }

    /// <summary>A file, whosever it is: for housekeeping only.</summary>
    public async Task<FileRecord?> Find(string tenant, string id, CancellationToken cancel)
    {
        var row = await table.Find(FileRows.Partition(tenant, id), RowKeys.File(id), cancel);
        return row is null ? null : FileRows.Read(tenant, row);
    }

    /// <summary>
    /// The caller's files in a folder, by name, and where to go on if there are more. One query as long as storage
    /// answers it in one page.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="folder">The folder; only files directly in it are listed.</param>
    /// <param name="after">The row key to go on after, or null for the start; it must be of this folder.</param>
    /// <param name="limit">How many at most.</param>
    public async Task<(IReadOnlyList<FileRecord> Files, string? Next)> List(Caller caller, string folder, string? after, int limit)
    {
        var (tenant, owner) = (caller.Tenant.Id, Owner.Of(caller.Token));
        var all = RowKeys.ListedIn(folder);
        var files = new List<FileRecord>();
        string? last = null;
        // No key is longer than another by a suffix, so nothing lies between a key and the same key with a 0 behind it;
        // `~` sorts after everything that a key is made of.
        var rows = table.Range(RowKeys.Space(tenant, owner.SpaceKey(tenant)),
            after is null ? all : after + "0", all + "~", limit + 1, caller.Cancel);
        await foreach (var row in rows)
        {
            var file = FileRows.Read(tenant, row);
            if (file.Owner != owner) continue;
            if (files.Count == limit) return (files, last);
            files.Add(file);
            last = row.RowKey;
        }
        return (files, null);
    }

    /// <summary>Makes a file available and lists it, at once; false if the record changed meanwhile.</summary>
    public Task<bool> TryComplete(FileRecord available, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.UpdateReplace, FileRows.Record(available), available.ETag),
        new(TableTransactionActionType.UpsertReplace, FileRows.Listed(available, available.ListKey!)),
    ], cancel);

    /// <summary>Marks a file deleted and takes it off the list, at once; false if the record changed meanwhile.</summary>
    public Task<bool> TryDelete(FileRecord file, CancellationToken cancel)
    {
        List<TableTransactionAction> writes = [new(TableTransactionActionType.UpdateReplace, FileRows.Record(file.Delete()), file.ETag)];
        if (file.ListKey is { } key)
            writes.Add(new(TableTransactionActionType.Delete, FileRows.Listed(file, key), ETag.All));
        return table.TryTransact(writes, cancel);
    }

    /// <summary>Forgets a deleted file, whose record nobody changes any more.</summary>
    public Task Remove(FileRecord deleted, CancellationToken cancel) =>
        table.TryDelete(new TableEntity(FileRows.Partition(deleted), RowKeys.File(deleted.Id)) { ETag = ETag.All }, cancel);

    /// <summary>404 <c>file_not_found</c>: not there, or not the caller's.</summary>
    public static Problem NotFound() => Problem.NotFound("file_not_found", "There is no such file.");
}
