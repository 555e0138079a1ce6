using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// The records of files (SCHEMA.md, table Files). Each change of state is one transaction: the record, the rows that list it, its
/// folders, the usage of its space, and the change as apps see it (<see cref="FileChange"/>). If the record changed meanwhile,
/// nothing is written.
/// </summary>
public sealed partial class FileStore(StorageClients storage, SpaceQuota spaceQuota, FileRequestStore requests)
{
    const int MaxRemoveAttempts = 30;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Writes a new record and counts it in the space's quota.</summary>
    /// <param name="file">The record.</param>
    /// <param name="who">Who creates it.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, 429 <c>too_many_oversized</c>.</exception>
    /// <returns>The record as it was written.</returns>
    public async Task<FileRecord> Add(FileRecord file, Owner who, CancellationToken cancel) =>
        await Insert(file, who, UsageChange.Begin(file, who), cancel) ?? throw Busy();

    /// <summary>The same for a copy that a job makes: it never makes a space that was removed again.</summary>
    /// <exception cref="Problem">The same.</exception>
    public async Task<FileRecord> AddCopy(FileRecord file, Owner who, CancellationToken cancel) =>
        await Insert(file, who, UsageChange.Begin(file, who) with { InSpace = true }, cancel) ?? throw Busy();

    /// <summary>The same; false if the file's Idempotency-Key has begun another file.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, 429 <c>too_many_oversized</c>.</exception>
    public Task<bool> TryAdd(FileRecord file, Owner who, CancellationToken cancel) => TryAdd(file, who, null, cancel);

    /// <summary>The same for a file that is handed in; false also if the request for files has changed since it was read.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c>, 429 <c>too_many_oversized</c>.</exception>
    public async Task<bool> TryAdd(FileRecord file, Owner who, FileRequest? request, CancellationToken cancel) =>
        await Insert(file, who, UsageChange.Begin(file, who) with { Request = request }, cancel) is not null;

    async Task<FileRecord?> Insert(FileRecord file, Owner who, UsageChange change, CancellationToken cancel)
    {
        // Nothing of a user who is deleted stays in others' spaces but who has replaced a file there.
        if (who == file.Owner || file.Replaces is not null || file.Request is not null) file = file with { UploadedBy = who };
        List<TableTransactionAction> rows = [new(TableTransactionActionType.Add, FileRows.RecordRow(file))];
        if (file.UploadKey is not null) rows.Add(new(TableTransactionActionType.Add, IdempotencyKey.RowOf(file)));
        if (await spaceQuota.TransactForETags(file.Tenant, file.Space, change, rows, cancel) is { } etags)
            return file with { ETag = etags[0] };
        // The id is new, or follows from a job that is alone: the write succeeded, but its answer was lost.
        return await Find(file.Tenant, file.Id, cancel);
    }

    /// <summary>503 <c>space_busy</c>.</summary>
    public static Problem Busy() =>
        Problem.Unavailable("space_busy", "Too many changes are being made in this space at once.", 1);

    /// <summary>Forgets the Idempotency-Key of a file that is being purged, unless it has begun another file by now.</summary>
    public async Task ForgetKey(FileRecord file, CancellationToken cancel)
    {
        if (file.UploadKey is not { } key) return;
        if (await table.Find(FileRows.Partition(file), RowKeys.UploadKey(key), cancel) is { } row && row.GetString("Id") == file.Id)
            await table.TryDelete(row, cancel);
    }

    /// <summary>The file in any state, or null. Storage is not asked for a text that can't be an id.</summary>
    public async Task<FileRecord?> Find(string tenant, string? id, CancellationToken cancel)
    {
        if (id is null || !FileRecord.IsId(id)) return null;
        var row = await table.Find(FileRows.Partition(tenant, id), RowKeys.File(id), cancel);
        return row is null ? null : FileRows.Read(tenant, row);
    }

    /// <summary>Writes that a file is complete, and lists it, in one transaction; false if the record changed meanwhile.</summary>
    public Task<bool> TryComplete(FileRecord complete, CancellationToken cancel) => TryComplete(complete, null, cancel);

    /// <summary>The same for a file that was handed in; false also if the request for files has changed since it was read.</summary>
    public Task<bool> TryComplete(FileRecord complete, FileRequest? request, CancellationToken cancel) => TryMove(
        complete with { Status = FileStatus.Pending, ListKeys = [] }, complete, UsageChange.Complete with { Request = request }, cancel);

    /// <summary>The same for an upload that was to replace a file and becomes one of its own, which counts from now on.</summary>
    /// <exception cref="Problem">403 <c>quota_exceeded</c></exception>
    public Task<bool> TryCompleteCopy(FileRecord complete, CancellationToken cancel) => TryMove(
        complete with { Status = FileStatus.Pending, ListKeys = [] }, complete, UsageChange.Complete with { Files = 1 }, cancel);

    /// <summary>Changes a file's state or name in one transaction; false if the record changed meanwhile.</summary>
    /// <param name="before">The record as it was read.</param>
    /// <param name="after">The record to write.</param>
    /// <param name="change">What it changes of the space's usage.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="also">Other rows of the space, written with it.</param>
    public Task<bool> TryMove(FileRecord before, FileRecord after, UsageChange change, CancellationToken cancel,
        IEnumerable<TableTransactionAction>? also = null)
    {
        change = Changed(change, (before, after));
        var rows = Rows(also ?? [], (before, after));
        return change == default
            ? table.TryTransact(rows, cancel)
            : spaceQuota.TryTransact(after.Tenant, after.Space, change, rows, cancel);
    }

    /// <summary>Writes an available file into all indexes of its space, in which it may be already; false if the record changed
    /// meanwhile.</summary>
    public Task<bool> TryIndex(FileRecord file, CancellationToken cancel) => spaceQuota.TryTransact(
        file.Tenant, file.Space,
        new UsageChange { Known = KnownChange.Again(file), Search = [SearchChange.Again(file)], Indexes = file.Id },
        [new(TableTransactionActionType.UpdateReplace, FileRows.RecordRow(file), file.ETag)], cancel);

    /// <summary>
    /// Changes a file, or moves several into the same folder, in one transaction together with the row of a job. Returns the new ETag of
    /// the job's row; null if it or one of the records changed meanwhile.
    /// </summary>
    /// <param name="moves">The files before and after. If there are several, only their folder changes.</param>
    /// <param name="job">The write of the job's row.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="TransactionTooLargeException">Nothing is written: try fewer.</exception>
    public async Task<ETag?> TryMoveAll(
        IReadOnlyList<(FileRecord Before, FileRecord After)> moves, TableTransactionAction job, CancellationToken cancel)
    {
        var after = moves[0].After;
        var etags = await spaceQuota.TransactForETags(
            after.Tenant, after.Space, Changed(default, moves), Rows([job], moves), cancel);
        return etags?[0];
    }

    // What the space has of it. If there are several, only their folder changes, and a space knows files without it.
    static UsageChange Changed(UsageChange change, params IReadOnlyList<(FileRecord Before, FileRecord After)> moves)
    {
        var (before, after) = moves[0];
        var isOne = moves.Count == 1;
        return change with
        {
            Change = FileChange.Between(before, after),
            Unseen = isOne ? FileChange.UnseenBetween(before, after) : null,
            More = isOne ? null : [.. moves.Skip(1).Select(move => FileChange.Between(move.Before, move.After)!)],
            Known = isOne ? KnownChange.Between(before, after) : null,
            Search = SearchChange.Between(moves),
            Indexes = isOne && before.Status != FileStatus.Available && after.Status == FileStatus.Available ? after.Id : null,
        };
    }

    // These rows first, then those of the files and of the folder in which they are from then on.
    static List<TableTransactionAction> Rows(
        IEnumerable<TableTransactionAction> others, params IReadOnlyList<(FileRecord Before, FileRecord After)> moves)
    {
        List<TableTransactionAction> rows = [.. others, .. moves.SelectMany(move => RowsOf(move.Before, move.After))];
        var after = moves[0].After;
        if (after.IsListed) rows.AddRange(FolderRows(FileRows.Partition(after), after.Folder));
        return rows;
    }

    /// <summary>How many rows of a transaction <see cref="TryMoveAll"/> needs for each file beside those of its new folder.</summary>
    // And the change. How many rows of the index there are is known once they are read: TransactionTooLargeException.
    public static int CountRows(FileRecord before, FileRecord after) => RowsOf(before, after).Count() + 1;

    // Without an ETag the SDK would write whatever is there by now.
    static IEnumerable<TableTransactionAction> RowsOf(FileRecord before, FileRecord after)
    {
        if (before.ETag == default) throw new InvalidOperationException("The record was not read before it is changed.");
        return
        [
            new(TableTransactionActionType.UpdateReplace, FileRows.RecordRow(after), before.ETag),
            .. before.ListKeys.Except(after.ListKeys).Select(key =>
                new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(FileRows.Partition(after), key), ETag.All)),
            .. after.ListKeys.Select(key =>
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, FileRows.ListRow(after, key))),
        ];
    }

    // Merged, because the rows of folders also say whether somebody has made them, and which job is at work there.
    static IEnumerable<TableTransactionAction> FolderRows(string partition, string folder) =>
        FileRows.FolderRows(partition, folder).Select(row => new TableTransactionAction(TableTransactionActionType.UpsertMerge, row));

    /// <summary>
    /// Deletes a record and frees its quota in one transaction; false if the record changed meanwhile or is gone. The bytes must
    /// have been deleted before. A file that was handed in and never received gives its request for files the place back.
    /// </summary>
    /// <exception cref="Problem">503 <c>space_busy</c>: others keep changing the request, and the record is still there.</exception>
    public async Task<bool> Remove(FileRecord file, CancellationToken cancel)
    {
        TableTransactionAction[] rows =
        [
            new(TableTransactionActionType.Delete, new TableEntity(FileRows.Partition(file), RowKeys.File(file.Id)), file.ETag),
            .. FileRows.DeleteUpload(file),
        ];
        var counted = file.CompletedAt is null ? file.Request : null;
        using var turn = counted is null ? null : await requests.Turn(counted, cancel);
        for (var attempt = 0; attempt < MaxRemoveAttempts; attempt++)
        {
            var request = counted is null ? null : await requests.Find(file.Tenant, counted, cancel);
            var change = UsageChange.Forget(file) with { Request = request?.GiveBack(file) };
            if (await spaceQuota.TryTransact(file.Tenant, file.Space, change, rows, cancel)) return true;
            if (request is null || await Find(file.Tenant, file.Id, cancel) is null) return false;
        }
        throw Busy();
    }
}
